import { BadScriptError, parseScriptDocument } from './parse-script';
import { type RequestLog } from './request-log';
import { type ScriptShelf } from './script-shelf';

/** An answer of a control route. */
export interface ControlAnswer {
  status: number;
  body: unknown;
}

/**
 * Reads and changes the provider over HTTP: `GET` and `DELETE /__fake/requests`, `POST` and `DELETE /__fake/scripts`.
 * These requests are not recorded.
 */
export function answerControl(
  method: string,
  path: string,
  body: string,
  log: RequestLog,
  shelf: ScriptShelf,
): ControlAnswer {
  switch (`${method} ${path}`) {
    case 'GET /__fake/requests':
      return { status: 200, body: { count: log.count, requests: log.requests } };
    case 'DELETE /__fake/requests':
      log.clear();
      return { status: 200, body: {} };
    case 'POST /__fake/scripts':
      return addScripts(body, shelf);
    case 'DELETE /__fake/scripts':
      shelf.clear();
      return { status: 200, body: {} };
    default:
      return { status: 404, body: { error: { message: `There is no ${method} ${path}.` } } };
  }
}

function addScripts(body: string, shelf: ScriptShelf): ControlAnswer {
  try {
    shelf.add(parseScriptDocument(JSON.parse(body)));
    return { status: 200, body: {} };
  } catch (error) {
    if (error instanceof BadScriptError || error instanceof SyntaxError) {
      return { status: 400, body: { error: { message: error.message } } };
    }
    throw error;
  }
}
