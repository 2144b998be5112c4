namespace Sluice.SimulatedPool.Batching;

/// <summary>How much work a sequence is. Known in advance, because the answer of a simulated model is.</summary>
/// <param name="PromptTokens">Tokens to read, 1 or more.</param>
/// <param name="OutputTokens">Tokens to produce, 1 or more. Embeddings count as one.</param>
/// <param name="StallAfter">
/// Tokens after which the sequence produces no more and keeps its place until its caller leaves; null never.
/// </param>
internal readonly record struct SequenceSize(int PromptTokens, int OutputTokens, int? StallAfter = null);
