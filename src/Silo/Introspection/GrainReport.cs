using System.Text.Json;

namespace Sluice.Silo.Introspection;

/// <summary>Grains in memory.</summary>
/// <param name="Items">Those with the longest queues first.</param>
/// <param name="Unreachable">Ids of silos that did not answer: their grains are missing here.</param>
internal sealed record GrainList(GrainSummary[] Items, string[] Unreachable);

/// <summary>One grain in memory, in a list.</summary>
/// <param name="Type">The engine's name of its type.</param>
/// <param name="Key">Its key.</param>
/// <param name="Silo">The id of the silo it lives on.</param>
/// <param name="Status"><c>Active</c>, or where else in its life it is.</param>
/// <param name="Waiting">Requests that wait for its turn; null when the engine cannot tell.</param>
/// <param name="Running">The oldest request that runs, as <c>type/key.Method</c>; null when none does.</param>
/// <param name="LastUsedAt">When its last request began; null when the engine cannot tell.</param>
internal sealed record GrainSummary(
    string Type, string Key, string Silo, string Status, int? Waiting, string? Running, DateTimeOffset? LastUsedAt);

/// <summary>One grain, looked at without activating it.</summary>
/// <param name="Type">The engine's name of its type.</param>
/// <param name="Key">Its key.</param>
/// <param name="Silo">The id of the silo it lives on, or would begin on; null when no silo can be named.</param>
/// <param name="Active">
/// It is in memory. Null: its silo did not answer, so nobody knows; <paramref name="Problem"/> says why.
/// </param>
/// <param name="Status">Where in its life it is; null when it is not active.</param>
/// <param name="Waiting">Requests that wait for its turn; 0 when it is not active, null when nobody can tell.</param>
/// <param name="Running">The oldest request that runs, as <c>type/key.Method</c>; null when none does.</param>
/// <param name="LastUsedAt">When its last request began; looking is no use.</param>
/// <param name="ActiveSince">When it came into memory.</param>
/// <param name="State">
/// What its own <c>Inspect</c> or <c>GetState</c> answered; null when it is not active or has neither.
/// </param>
/// <param name="Problem">Why something is missing here; null when nothing is.</param>
internal sealed record GrainReport(
    string Type, string Key, string? Silo, bool? Active, string? Status, int? Waiting, string? Running,
    DateTimeOffset? LastUsedAt, DateTimeOffset? ActiveSince, JsonElement? State, string? Problem);
