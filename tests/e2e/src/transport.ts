/** How the services of the weft under test reach each other; every suite runs once over each. */
export const transport =
  (globalThis as { weftTransport?: 'in-process' | 'grpc' }).weftTransport ?? 'in-process';
