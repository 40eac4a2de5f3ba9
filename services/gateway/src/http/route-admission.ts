import { invalidField } from '@weft/errors';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type EntryPipeline } from '../entry/entry-pipeline';
import { traceparentOf } from '../entry/trace-context';
import { unsupportedMediaType } from './edge-errors';

/** What a route asks of its callers. */
export interface RoutePolicy {
  /** The scope that a key needs. */
  scope: string;
  /** The deadline when the client sets none, and the longest that it may set. */
  deadlineMs: number;
}

/** Lets a request in, or fails, before its body is read: who may not come in cannot make us read. */
export function routeAdmission(enter: EntryPipeline, policy: RoutePolicy) {
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    const { headers } = request;
    const letIn = () => {
      if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw unsupportedMediaType();
      done();
    };
    try {
      const caller = enter({
        authorization: headers.authorization,
        scope: policy.scope,
        requestId: request.exchange.requestId,
        traceparent:
          request.exchange.observation?.traceparent ??
          traceparentOf(headers['traceparent'] as string | undefined),
        deadline:
          Date.now() + Math.min(policy.deadlineMs, timeoutMsOf(headers['connect-timeout-ms']) ?? Infinity),
      });
      if (!(caller instanceof Promise)) {
        request.exchange.caller = caller;
        letIn();
        return;
      }
      caller
        .then((found) => {
          request.exchange.caller = found;
          letIn();
        })
        .catch(done);
    } catch (error) {
      done(error as Error);
    }
  };
}

/** The client's own timeout. Source: https://connectrpc.com/docs/protocol#unary-request */
function timeoutMsOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^\d{1,10}$/.test(header)) {
    throw invalidField('connect-timeout-ms', 'must be a number of milliseconds of at most ten digits');
  }
  return Number(header);
}
