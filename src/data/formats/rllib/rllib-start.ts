/**
 * How RLlib's JSON files begin; apart from their reader, because every file is looked at and few are read.
 */
export const RLLIB_START = /^\s*\{\s*"type"\s*:\s*"(SampleBatch|MultiAgentBatch)"|^\s*\{[^{}]*"eps_id"\s*:\s*\[/;
