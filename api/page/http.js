/** Where the service is, whatever path it is mounted at: this file is served from its `page/`. */
const ROOT = new URL("../", import.meta.url);

/** An answer that is not the one asked for; its message is the server's own reason where it gave one. */
export class Refusal extends Error {
  /** @param {number} status 0 when there was no answer at all @param {string} reason */
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

/**
 * The address of a resource of the service; values that are null or undefined are left out.
 * @param {string} path below the root
 * @param {Record<string, string | number | null | undefined>} [query]
 */
export function address(path, query = {}) {
  const url = new URL(path, ROOT);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) url.searchParams.set(name, `${value}`);
  }
  return url.href;
}

/**
 * Ask for a resource.
 * @param {string} url @param {AbortSignal} [signal]
 * @returns {Promise<Response>}
 * @throws {Refusal} no answer, or one that is no success; DOMException AbortError when given up
 */
export async function ask(url, signal) {
  const answer = await fetch(url, {
    signal,
    headers: { accept: "application/geo+json, application/json;q=0.9, */*;q=0.5" },
  }).catch((problem) => {
    throw problem instanceof TypeError ? new Refusal(0, problem.message) : problem;
  });
  if (!answer.ok) throw new Refusal(answer.status, await reason(answer));
  return answer;
}

/** Ask for a JSON document. @param {string} url @param {AbortSignal} [signal] @returns {Promise<any>} */
export async function askJSON(url, signal) {
  return (await ask(url, signal)).json();
}

/** The reason of a problem document (RFC 9457), else the status. @param {Response} answer */
async function reason(answer) {
  const problem = await answer.json().catch(() => ({}));
  return problem.detail || problem.description || problem.title || `HTTP ${answer.status}`;
}

/** Whether a failure is only a request given up for a newer one. @param {unknown} problem */
export function givenUp(problem) {
  return problem instanceof DOMException && problem.name === "AbortError";
}
