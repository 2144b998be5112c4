using System.ComponentModel;
using System.Text.Json;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Admission;
using Sluice.Silo.Configuration;

namespace Sluice.Silo.Admin;

internal sealed record SupposedCallDocument(
    [property: Description("The client's id. Left out: tenant and name say which.")] string? Client = null,
    string? Tenant = null,
    [property: Description("The client's name in its tenant.")] string? Name = null,
    [property: Description("The key version to suppose. Left out: one that works.")] int? KeyVersion = null,
    [property: Description("The model to suppose; 1 to 256 characters.")] string? Model = null,
    [property: Description("Tokens that the model would read; left out: 0.")] long InputTokens = 0,
    [property: Description("Tokens that it would answer; left out: 0.")] long OutputTokens = 0,
    [property: Description("Left out: 0.")] long Images = 0,
    [property: Description("Left out: 0.")] long Pages = 0,
    [property: Description(
        "The path behind /v1/ that it would come to. Left out: limits of some endpoints do not count it, and roles for "
        + "some endpoints do not allow it.")]
    string? Endpoint = null,
    [property: Description("True: it would ask to be served before others.")] bool Priority = false,
    [property: Description("The roles of the token that it would be made with. Left out: it is made with a key.")]
    IReadOnlyList<string>? TokenRoles = null);

internal sealed record LimitExplanationDocument(
    string Name,
    [property: Description("rate, concurrency or quota.")] string Kind,
    [property: Description("What it counts.")] string Unit,
    [property: Description("True: it is on trial, and refuses nobody.")] bool Shadow,
    [property: Description("Most at once; per calendar period for a quota.")] long Limit,
    long Used,
    long Remaining,
    [property: Description("What the call was expected to cost.")] long Cost,
    [property: Description("It refused the call, or would have if no other limit had come before.")] bool Refuses,
    [property: Description("Until it would not; a hint for concurrency. Null: it does not, or waiting does not help.")]
    double? RetryAfterSeconds,
    [property: Description("Until it is whole again.")] double ResetSeconds);

internal sealed record DecisionDocument(
    [property: Description("Null for a call that is only supposed.")] string? Id,
    [property: Description("Null for a call that is only supposed.")] string? RequestId,
    string Client,
    DateTimeOffset At,
    [property: Description("admitted, pending (nothing was decided yet), or why it was refused.")] string Verdict,
    [property: Description("The limit that refused, or what a role refused, as role.model; null when none did.")]
    string? RefusedBy,
    double? RetryAfterSeconds,
    [property: Description("The limit that refused, else the one with the smallest part left.")] string? BindingLimit,
    string Model,
    int? KeyVersion,
    string Plan,
    long PlanVersion,
    [property: Description("The activation that decided; higher is newer.")] long Epoch,
    [property: Description("After an admitted call took its part; before one that was refused, waits or is supposed.")]
    IReadOnlyList<LimitExplanationDocument> Limits,
    [property: Description("The limit that its stream was ended for while it ran; null when it was not.")]
    string? StoppedBy = null,
    [property: Description("The client's role.")] string Role = "",
    [property: Description("The roles of the token; null for a key, and for a token that says none.")]
    string? TokenRoles = null)
{
    public static DecisionDocument Of(DecisionExplanation decision, DecisionId id) =>
        Of(decision, id.ClientId) with { Id = id.ToString(), RequestId = RequestIdText.Of(decision.RequestId) };

    public static DecisionDocument Of(DecisionExplanation decision, string clientId) => new(
        null,
        null,
        clientId,
        decision.At,
        JsonNamingPolicy.CamelCase.ConvertName(decision.Verdict.ToString()),
        decision.RefusedBy,
        decision.RetryAfter == TimeSpan.Zero ? null : decision.RetryAfter.TotalSeconds,
        decision.Binding,
        decision.Model,
        decision.KeyVersion == 0 ? null : decision.KeyVersion,
        decision.Plan,
        decision.PlanVersion,
        decision.Epoch,
        [.. decision.Limits.Select(limit => new LimitExplanationDocument(
            limit.Name,
            LimitText.KindText(limit.Kind),
            limit.Unit,
            limit.Shadow,
            limit.Limit,
            limit.Used,
            limit.Remaining,
            limit.Cost,
            limit.Refuses,
            limit.RetryAfter?.TotalSeconds,
            limit.Reset.TotalSeconds))],
        decision.StoppedBy,
        decision.Role,
        decision.TokenRoles);
}

internal sealed record SlotDetailDocument(
    string RequestId,
    string DecisionId,
    [property: Description("The run of an edge that took the call in.")] long EdgeSession,
    [property: Description("Null when the decision is not kept any more.")] string? Model,
    [property: Description("Null when it was taken before the limits changed or the client moved.")] double? AgeSeconds,
    [property: Description("Until it is taken back unless its edge renews it.")] double ExpiresInSeconds)
{
    public static SlotDetailDocument Of(SlotDetail slot, string clientId) => new(
        RequestIdText.Of(slot.RequestId),
        new DecisionId(clientId, new(slot.RequestId.EdgeSession, slot.RequestId.Sequence)).ToString(),
        slot.RequestId.EdgeSession,
        slot.Model,
        slot.Age?.TotalSeconds,
        slot.ExpiresIn.TotalSeconds);
}
