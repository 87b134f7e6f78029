const TIMEOUT_MS = 15_000;

/** An error answer of the server (RFC 9457); the message is its `detail`, written for the reader. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail);
  }

  /** The same request may succeed later without being changed. */
  get passing(): boolean {
    return this.status >= 500 || [408, 425, 429].includes(this.status);
  }
}

/** No answer at all: offline, a broken connection or a timeout. */
export class Unreachable extends Error {
  constructor() {
    super("网络连接不上，请检查网络后再试。");
  }
}

/** Sends a request and reads its JSON answer; throws `Problem` or `Unreachable`, nothing else. */
export async function requestJson<T>(url: string, init: RequestInit = {}): Promise<T> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(url, { ...init, signal: abort.signal });
    if (!response.ok) throw await readProblem(response);
    return (response.status === 204 ? undefined : await response.json()) as T;
  } catch (error) {
    throw error instanceof Problem ? error : new Unreachable();
  } finally {
    clearTimeout(timer);
  }
}

export async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const detail = (body as { detail?: unknown } | null)?.detail;
  const seconds = Number(response.headers.get("Retry-After"));
  return new Problem(
    response.status,
    typeof detail === "string" && detail
      ? detail
      : `服务暂时出错（${response.status}），请稍后再试。`,
    seconds > 0 ? seconds * 1000 : null,
  );
}
