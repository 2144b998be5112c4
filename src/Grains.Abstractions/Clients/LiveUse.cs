namespace Sluice.Grains.Abstractions.Clients;

/// <summary>
/// What an admitted call holds of limits in tokens. Its edge tells while it runs what it has used.
/// </summary>
/// <param name="InputTokens">Tokens of input that it reserved; 0 or more.</param>
/// <param name="OutputTokens">Tokens of output that it reserved; 0 or more.</param>
/// <param name="MayStop">True: its plan has streams ended whose limit is used up.</param>
[GenerateSerializer, Immutable, Alias("sluice.HeldTokens")]
public readonly record struct HeldTokens(
    [property: Id(0)] long InputTokens,
    [property: Id(1)] long OutputTokens,
    [property: Id(2)] bool MayStop);

/// <summary>What a running call has used since it began, and what it holds.</summary>
/// <param name="Sequence">The call, in the session of the edge that reports.</param>
/// <param name="InputTokens">Tokens that the model has read, as its pool says; 0 when it does not say yet.</param>
/// <param name="OutputTokens">Tokens that it has answered by now; never fewer than were told before.</param>
/// <param name="HeldInputTokens">As in <see cref="HeldTokens"/>: who takes the call over learns it by this.</param>
/// <param name="HeldOutputTokens">As in <see cref="HeldTokens"/>.</param>
/// <param name="CanStop">True: the edge can end its stream in good order.</param>
[GenerateSerializer, Immutable, Alias("sluice.LiveUse")]
public readonly record struct LiveUse(
    [property: Id(0)] long Sequence,
    [property: Id(1)] long InputTokens,
    [property: Id(2)] long OutputTokens,
    [property: Id(3)] long HeldInputTokens,
    [property: Id(4)] long HeldOutputTokens,
    [property: Id(5)] bool CanStop);

/// <summary>A call whose stream is to be ended.</summary>
/// <param name="Sequence">The call, in the session of the edge that reported it.</param>
/// <param name="Limit">The limit that is used up, as decisions name it.</param>
[GenerateSerializer, Immutable, Alias("sluice.StoppedCall")]
public readonly record struct StoppedCall([property: Id(0)] long Sequence, [property: Id(1)] string Limit);
