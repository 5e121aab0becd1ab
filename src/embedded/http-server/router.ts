import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import findMyWay from 'find-my-way';
import { type Answer, type Exchange, type Intercept, originOf, sendAnswer } from './exchange.ts';

export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/things/:name`, as find-my-way reads it. */
  readonly path: string;
  readonly handle: (exchange: Exchange) => Promise<Answer | undefined>;
}

export interface RouterOptions {
  readonly routes: readonly Route[];
  /** The answer where no route fits, and for a Host header that cannot stand in a link. */
  readonly notFound: Answer;
  /** The answer to an error that a handler threw. */
  answerError(error: unknown): Answer;
  readonly intercept?: Intercept | undefined;
}

// Signed links are longer than find-my-way's 100 characters.
const LONGEST_PATH_PART = 2048;

/** One listener for `node:http` over a table of routes. A slash at the end of a path is ignored. */
export function createListener(options: RouterOptions): RequestListener {
  const router = findMyWay({ ignoreTrailingSlash: true, maxParamLength: LONGEST_PATH_PART });
  for (const { method, path, handle } of options.routes) router.on(method, path, () => undefined, handle);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (await options.intercept?.(request, response)) return;
    const origin = originOf(request);
    const [path = '/'] = (request.url ?? '/').split('?');
    const found = router.find(request.method as Route['method'], path);
    if (!origin || !found) return sendAnswer({ request, response }, options.notFound);
    const exchange: Exchange = {
      request,
      response,
      param: (name) => found.params[name] ?? '',
      query: new URLSearchParams((request.url ?? '').slice(path.length + 1)),
      origin,
    };
    const whole = await (found.store as Route['handle'])(exchange);
    if (whole) sendAnswer(exchange, whole);
  };

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      const whole = options.answerError(error);
      if (response.headersSent) response.destroy();
      else sendAnswer({ request, response }, whole);
    });
  };
}
