namespace Sluice.Grains.Abstractions.Clients;

/// <summary>
/// What operators ask of one client to understand it, and to free what is stuck; the same grain as
/// <see cref="IClientAdmission"/>. The grain key is the client id.
/// </summary>
[Alias("sluice.IClientExplanation")]
public interface IClientExplanation : IGrainWithStringKey
{
    /// <summary>
    /// A decision of this activation. Null: it is too old, or was made by another activation, or by nobody.
    /// </summary>
    [Alias("ExplainDecision"), AlwaysInterleave]
    ValueTask<DecisionExplanation?> ExplainDecision(RequestId requestId);

    /// <summary>What would be decided about a call now. Nothing changes. Null when there is no such client.</summary>
    [Alias("ExplainCall"), AlwaysInterleave]
    ValueTask<DecisionExplanation?> ExplainCall(SupposedCall supposed);

    /// <summary>Every slot that is taken, in the order of request ids; null when there is no such client.</summary>
    [Alias("ListSlots"), AlwaysInterleave]
    ValueTask<SlotDetail[]?> ListSlots();

    /// <summary>
    /// Frees the slot of a call, which goes on, and charges what it reserved. Done also when it holds none: it may be
    /// repeated.
    /// </summary>
    /// <exception cref="OrleansException">Another activation has taken over, and is found by a repeat.</exception>
    [Alias("ReleaseSlot"), AlwaysInterleave]
    ValueTask<ChangeReply> ReleaseSlot(RequestId requestId);
}

/// <summary>A call that is only supposed.</summary>
[GenerateSerializer, Immutable, Alias("sluice.SupposedCall")]
public sealed record SupposedCall
{
    /// <summary>The key version that it would be made with; 0: one that works.</summary>
    [Id(0)] public int KeyVersion { get; init; }

    /// <summary>The model that it would name; 1 to 256 characters.</summary>
    [Id(1)] public required string Model { get; init; }

    /// <summary>Tokens that the model would read; 0 or more.</summary>
    [Id(2)] public long InputTokens { get; init; }

    /// <summary>Tokens that it would answer; 0 or more.</summary>
    [Id(3)] public long OutputTokens { get; init; }

    /// <summary>Images in it; 0 or more.</summary>
    [Id(4)] public long Images { get; init; }

    /// <summary>Pages in it; 0 or more.</summary>
    [Id(5)] public long Pages { get; init; }

    /// <summary>
    /// The path behind <c>/v1/</c> it would come to; empty: limits of endpoints do not count it, and roles for some
    /// endpoints do not allow it.
    /// </summary>
    [Id(6)] public string Endpoint { get; init; } = "";

    /// <summary>As <see cref="AdmitRequest.ClientAddress"/>; 0: limits of addresses do not count it.</summary>
    [Id(7)] public UInt128 ClientAddress { get; init; }

    /// <summary>Whether it would ask to be served before others.</summary>
    [Id(10)] public bool Priority { get; init; }

    /// <summary>The roles of the token that it would be made with; null: a key, or a token that says none.</summary>
    [Id(13)] public string[]? TokenRoles { get; init; }
}

/// <summary>A slot that is taken.</summary>
/// <param name="RequestId">The call that holds it.</param>
/// <param name="Model">The model that it asked for; null when its decision is not kept any more.</param>
/// <param name="Age">Since when; null when that was before the limits changed, or under another activation.</param>
/// <param name="ExpiresIn">Time until it is taken back unless its edge renews it.</param>
[GenerateSerializer, Immutable, Alias("sluice.SlotDetail")]
public readonly record struct SlotDetail(
    [property: Id(0)] RequestId RequestId,
    [property: Id(1)] string? Model,
    [property: Id(2)] TimeSpan? Age,
    [property: Id(3)] TimeSpan ExpiresIn);
