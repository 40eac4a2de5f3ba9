import { llm } from '@weft/contracts';
import { implement, type RpcContext, type RpcService } from '@weft/rpc';
import { generate } from './generate';
import { type CallBounds } from './language-model-provider';
import { ProviderCalls } from './provider-calls';
import { streamGenerate, type StreamContext } from './stream-generate';

/** Binds generation to its contract. */
export function llmHandler(context: StreamContext): RpcService {
  return implement(llm.LlmServiceDefinition, {
    generate: (request, call) => generate(context.catalog, request, boundsOf(call)),
    // `call` is required by the contract's rules, so it is there.
    streamGenerate: (request, call) => streamGenerate(context, request.call!, boundsOf(call)),
  });
}

function boundsOf({ signal, caller }: RpcContext): CallBounds {
  return {
    signal,
    deadline: caller.deadline,
    traceparent: caller.traceparent,
    calls: new ProviderCalls(),
  };
}
