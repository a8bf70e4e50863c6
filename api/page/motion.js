/** @typedef {[number, number]} Position */
/** @typedef {{from: Position, to: Position, began: number, ends: number}} Move */

const FIRST = 1500;
const SHORTEST = 300;
const LONGEST = 12_000;
/** Degrees beyond which a point jumps: it did not drive there between two reports. */
const LEAP = 0.02;

/**
 * Points under way: each glides from where it is drawn to where it was last said to be, for as long as its reports
 * lie apart, so that it neither stands nor jumps between them.
 */
export class Motion {
  /** @type {Map<string, Move>} */
  #moves = new Map();
  /** @type {Map<string, number>} when each point was last heard of */
  #heard = new Map();

  /**
   * Send a point to a new position.
   * @param {string} id @param {Position} from where it is now @param {Position} to @param {number} now milliseconds
   */
  send(id, from, to, now) {
    const apart = now - (this.#heard.get(id) ?? now - FIRST);
    const lasts = Math.min(Math.max(apart, SHORTEST), LONGEST);
    const leaps = Math.hypot(to[0] - from[0], to[1] - from[1]) > LEAP;
    this.#heard.set(id, now);
    this.#moves.set(id, { from: this.at(id, now) ?? from, to, began: now, ends: leaps ? now : now + lasts });
  }

  /**
   * Where a point under way is at a time; undefined when it is not under way.
   * @param {string} id
   * @param {number} now
   */
  at(id, now) {
    const move = this.#moves.get(id);
    return move && between(move, now);
  }

  /** Forget a point. @param {string} id */
  stop(id) {
    this.#moves.delete(id);
    this.#heard.delete(id);
  }

  /** Stop the points for which `keep` does not hold. @param {(id: string, to: Position) => boolean} keep */
  retain(keep) {
    for (const [id, { to }] of this.#moves) if (!keep(id, to)) this.#moves.delete(id);
  }

  /**
   * Where every point under way is at a time; those that arrive are then forgotten.
   * @param {number} now
   * @returns {Map<string, Position>}
   */
  step(now) {
    const places = new Map([...this.#moves].map(([id, move]) => [id, between(move, now)]));
    for (const [id, move] of this.#moves) if (now >= move.ends) this.#moves.delete(id);
    return places;
  }

  /** How many points are under way. */
  get size() {
    return this.#moves.size;
  }
}

/** @param {Move} move @param {number} now @returns {Position} */
function between({ from, to, began, ends }, now) {
  const part = ends > began ? Math.min((now - began) / (ends - began), 1) : 1;
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}
