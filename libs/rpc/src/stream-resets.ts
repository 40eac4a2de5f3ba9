import { type Http2Server, type ServerOptions } from 'node:http2';
import { Server } from '@grpc/grpc-js';
import { internal } from '@weft/errors';

/**
 * How many calls a client may give up before they have ended, at once and then each second; beyond that Node ends its connection, and
 * with it every other call there. Node's own 1,000 and 33 are for browsers: a service has the calls of all its users on one
 * connection, and those who press stop must not end the answers of the rest. More than this is no use but an attack
 * (CVE-2023-44487).
 */
const limits: ServerOptions = { streamResetBurst: 10_000, streamResetRate: 1_000 };

/** What grpc-js 1.14 has no option for. */
interface ServerInternals {
  commonServerOptions: ServerOptions;
  createHttp2Server(credentials: unknown): Http2Server;
}

let raised = false;

/**
 * Has every gRPC server of this process bear as many resets. Done twice it does no harm.
 *
 * @throws WeftError INTERNAL when this version of grpc-js makes its servers in another way
 */
export function raiseStreamResetLimits(): void {
  if (raised) return;
  const prototype = Server.prototype as unknown as Partial<ServerInternals>;
  const create = prototype.createHttp2Server;
  if (create === undefined)
    throw internal('grpc-js makes its HTTP/2 servers in a way that is not known here');
  prototype.createHttp2Server = function (this: ServerInternals, credentials) {
    Object.assign(this.commonServerOptions, limits);
    return create.call(this, credentials);
  };
  raised = true;
}
