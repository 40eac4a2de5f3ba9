import { type WeftError } from '@weft/errors';
import { type FastifyInstance } from 'fastify';
import { methodNotAllowed, routeNotFound } from './edge-errors';

/** Collects the routes that are added from now on, each as `GET /livez`. */
export function collectRoutes(server: FastifyInstance): string[] {
  const routes: string[] = [];
  server.addHook(
    'onRoute',
    ({ method, url }) => void routes.push(...[method].flat().map((name) => `${name} ${url}`)),
  );
  return routes;
}

/** The error of a request that no route takes: 405 where its path exists with another method, else 404. */
export function unmatchedRoute(routes: readonly string[], method: string, path: string): WeftError {
  const allowed = routes.flatMap((route) => {
    const [routeMethod, url] = route.split(' ') as [string, string];
    const matches = url.endsWith('/*') ? path.startsWith(url.slice(0, -1)) : path === url;
    return matches ? [routeMethod] : [];
  });
  return allowed.length > 0 ? methodNotAllowed(path, allowed) : routeNotFound(method, path);
}

/** A URL without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
