namespace Sluice.SimulatedPool.Text;

/// <summary>What a request says about where its answer should end.</summary>
/// <param name="TokensMax">Most tokens, 1 or more; null: as many as the context has room for.</param>
/// <param name="TokensMin">Fewest tokens of an answer that ends by itself, 0 or more.</param>
/// <param name="IgnoresEnd">vLLM's <c>ignore_eos</c>: go on to the limit. Without one it changes nothing.</param>
/// <param name="Stops">Texts before which the answer ends; none of them empty.</param>
internal sealed record AnswerWish(int? TokensMax, int TokensMin, bool IgnoresEnd, IReadOnlyList<string> Stops);
