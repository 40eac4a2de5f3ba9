/** RPCs that no SDK has seen: one that answers, one that streams under the stream contract. */
export const rpcs = `
  // Says what it was asked.
  rpc ProbeSearch(ProbeSearchRequest) returns (ProbeSearchResponse) {
    option idempotency_level = NO_SIDE_EFFECTS;
    option (weft.options.v1.method) = {
      exposure: EXPOSURE_PUBLIC
      scope: "search:read"
      deadline: {seconds: 30}
    };
  }
  // Says it word by word.
  rpc StreamProbeSearch(StreamProbeSearchRequest) returns (stream StreamProbeSearchResponse) {
    option idempotency_level = NO_SIDE_EFFECTS;
    option (weft.options.v1.method) = {
      exposure: EXPOSURE_PUBLIC
      scope: "search:read"
      deadline: {seconds: 30}
    };
  }
`;

export const messages = `
// Asks something.
message ProbeSearchRequest {
  // What.
  string query = 1;
}

// Says it.
message ProbeSearchResponse {
  // What was asked.
  string text = 1;
}

// Asks something.
message StreamProbeSearchRequest {
  // What.
  string query = 1;
  // Whether the stream ends before its terminal event.
  bool cut = 2;
}

// An event.
message StreamProbeSearchResponse {
  // The event's number, from 1 without holes.
  int64 sequence = 1;
  // What happened.
  oneof event {
    // A word.
    ProbeWord word = 2;
    // The end.
    ProbeCompleted completed = 3;
  }
}

// A word.
message ProbeWord {
  // Its letters.
  string letters = 1;
}

// The end.
message ProbeCompleted {}
`;
