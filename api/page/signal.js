/**
 * A value that tells its listeners when it changes.
 * @template T
 */
export class Signal {
  #value;
  #listeners = new Set();

  /** @param {T} value */
  constructor(value) {
    this.#value = value;
  }

  /** @returns {T} the value now */
  get value() {
    return this.#value;
  }

  /** Set the value; listeners hear of it only when it differs. @param {T} value */
  set value(value) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.tell();
  }

  /** Tell every listener the value as it is, after it was changed in place. */
  tell() {
    for (const listener of this.#listeners) listener(this.#value);
  }

  /** Call `listener` at every change. @param {(value: T) => void} listener @returns {() => void} what ends it */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Call `listener` now and at every change. @param {(value: T) => void} listener */
  follow(listener) {
    listener(this.#value);
    return this.listen(listener);
  }
}
