using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Replays;

/// <summary>
/// Names of calls that were used. Each is stored before it is answered, so that no crash and no second activation makes
/// it good again.
/// </summary>
internal sealed class ReplayGrain(
    [PersistentState("used")] IPersistentState<StoredUses> stored, TimeProvider time) : Grain, IReplayGrain
{
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Of a client that calls no more nothing is left behind.
        if (reason.ReasonCode is DeactivationReasonCode.ActivationIdle
            && stored.State.Names.Length > 0 && stored.State.ToRule().At(time.GetUtcNow()).Names.IsEmpty)
        {
            await stored.ClearStateAsync(cancellationToken);
        }
    }

    public async Task<ReplayAnswer> Use(ReplayUse use)
    {
        var known = stored.State.ToRule();
        var answer = known.UseDigest(use.Digest, use.By, use.ExpiresAt, time.GetUtcNow(), out var next);
        if (answer is NameAnswer.First && !ReferenceEquals(next, known))
        {
            await StoreAsync(next);
        }

        return answer switch
        {
            NameAnswer.First => ReplayAnswer.First,
            NameAnswer.Again => ReplayAnswer.Again,
            _ => ReplayAnswer.NoRoom,
        };
    }

    private async Task StoreAsync(UsedNames next)
    {
        var before = stored.State;
        stored.State = StoredUses.Of(next);
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            stored.State = before;
            DeactivateOnIdle(); // The write may have happened: the next activation reads what is true.
            throw;
        }
    }
}

/// <summary>Names at rest. Stored types only grow: new members with safe defaults.</summary>
[GenerateSerializer, Alias("sluice.StoredUses")]
public sealed record StoredUses
{
    /// <summary>Those that could be good still, if they had not been used.</summary>
    [Id(0)] public StoredUse[] Names { get; init; } = [];

    internal UsedNames ToRule() =>
        new([.. Names.Select(use => new UsedName(use.Digest, use.ExpiresAt) { By = use.By })]);

    internal static StoredUses Of(UsedNames names) => new()
    {
        Names = [.. names.Names.Select(name => new StoredUse(name.Digest, name.By, name.ExpiresAt))],
    };
}

/// <summary>A name that was used.</summary>
/// <param name="Digest">SHA-256 of it, in base 64.</param>
/// <param name="By">The call that used it.</param>
/// <param name="ExpiresAt">Seconds since 1970.</param>
[GenerateSerializer, Immutable, Alias("sluice.StoredUse")]
public sealed record StoredUse(
    [property: Id(0)] string Digest, [property: Id(1)] string By, [property: Id(2)] long ExpiresAt);
