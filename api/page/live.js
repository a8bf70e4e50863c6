import { address } from "./http.js";
import { interval, meets, period } from "./period.js";
import { fieldsOf, timeOf } from "./schema.js";
import { Signal } from "./signal.js";

/** How long to wait before asking again for a stream that was refused, in milliseconds. */
const PAUSE = 15_000;

/** Listens to what happens to one layer, and hands it to its loader. */
export class Live {
  /** @type {Signal<"off" | "connecting" | "on">} */
  state = new Signal("off");
  /** @type {EventSource | null} */
  #events = null;
  #loader;
  #timer = 0;

  /** @param {import("./loader.js").Loader} loader */
  constructor(loader) {
    this.#loader = loader;
  }

  /** Listen, or stop. @param {boolean} on */
  listen(on) {
    if (on && !this.#events) this.#open();
    if (!on) this.#close();
  }

  #open() {
    const events = new EventSource(address(this.#loader.layer.livePath));
    this.state.value = "connecting";
    events.onopen = () => (this.state.value = "on");
    events.onerror = () => this.#lost(events);
    events.addEventListener("upsert", ({ data }) => this.#put(JSON.parse(data)));
    events.addEventListener("delete", ({ data }) => this.#loader.drop(`${JSON.parse(data).id}`));
    this.#events = events;
  }

  #close() {
    clearTimeout(this.#timer);
    this.#events?.close();
    this.#events = null;
    this.state.value = "off";
  }

  /** The browser reconnects a broken stream by itself, but never one that was refused. @param {EventSource} events */
  #lost(events) {
    this.state.value = "connecting";
    if (events.readyState !== EventSource.CLOSED) return;
    this.#timer = setTimeout(() => this.#open(), PAUSE);
  }

  /** A feature changed: it comes, moves, or leaves what the reader looks at. @param {GeoJSON.Feature} feature */
  async #put(feature) {
    const wanted = this.#near(feature) && (await this.#now(feature));
    if (wanted) this.#loader.put(feature);
    else this.#loader.drop(`${feature.id}`);
  }

  /** @param {GeoJSON.Feature} feature */
  #near({ geometry }) {
    if (!geometry) return false;
    return geometry.type !== "Point" || this.#loader.covers(geometry.coordinates);
  }

  /** Whether a feature is of the period. @param {GeoJSON.Feature} feature */
  async #now({ properties }) {
    const asked = this.#loader.layer.time ? interval(period.value, new Date()) : null;
    if (asked === null) return true;
    const [start, end] = timeOf(await fieldsOf(this.#loader.layer), properties ?? {});
    return meets(asked, start, end);
  }
}
