export { type FakeProvider, type FakeProviderOptions, startFakeProvider } from './fake-provider';
export { BadScriptError, parseScript, parseScriptDocument } from './parse-script';
export { type CountedUsage, type Outcome, type RecordedRequest } from './recorded-request';
export {
  type AnswerPoint,
  type Endpoint,
  type Framing,
  type Script,
  type ScriptDocument,
  type ScriptedError,
  type ScriptedToolCall,
  type ScriptedUsage,
} from './script';
