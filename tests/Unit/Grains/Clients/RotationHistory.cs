using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>What happens to the keys of one client, drawn from one seed: operators, clients, time, faults.</summary>
/// <param name="seed">What chance draws from.</param>
/// <param name="withFaults">False: the same, where nothing fails, crashes or is asked for twice.</param>
/// <param name="interval">How often keys are rotated by themselves; zero: only when asked.</param>
internal sealed class RotationHistory(int seed, bool withFaults, TimeSpan interval)
{
    public enum Act
    {
        Pass,
        Rotate,
        Emergency,
        Fetch,
        Acknowledge,
        Cancel,
        Revoke,
        RetireAt,
        Use,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Which">The rotation, or which of the secrets that are known; any number.</param>
    /// <param name="Minutes">The time that passes, a lifetime, or how far off an end is.</param>
    /// <param name="Fault">1 to 5: a lost write, a lost answer, a crash before it, or after it, twice.</param>
    public readonly record struct Step(Act Act, int Which, int Minutes, int Fault);

    private const int RotationsMax = 6;

    // Each leaves an activation that lives on, as long as the history does.
    private const int CrashesMax = 3;

    private readonly Random _random = new(seed);
    private readonly RotationWorld _keys = new();
    private int _crashes;

    public GrainWorld World => _keys.World;

    /// <summary>What clients were told, by rotation; the first key has the rotation of no name.</summary>
    public Dictionary<string, (int Version, string Secret)> Told { get; } = new() { [""] = (1, "the secret") };

    public int Retention { get; private set; }

    public void Begin()
    {
        Retention = _random.Next(0, 4);
        _keys.Limit(GrainWorld.Rate(1_000_000));
        _keys.Say(new RotationDefinition
        {
            Interval = interval,
            ActivationDelay = TimeSpan.FromMinutes(_random.Next(0, 40)),
            Overlap = TimeSpan.FromMinutes(_random.Next(0, 60)),
            AcceptEarly = _random.Next(3) > 0,
            Retention = Retention,
        });
    }

    public IEnumerable<Step> Steps(int count)
    {
        Act[] acts =
        [
            Act.Pass, Act.Pass, Act.Pass, Act.Rotate, Act.Rotate, Act.Rotate, Act.Emergency, Act.Fetch, Act.Acknowledge,
            Act.Cancel, Act.Revoke, Act.RetireAt, Act.Use, Act.Use, Act.Use, Act.Use,
        ];
        for (var i = 0; i < count; i++)
        {
            yield return new Step(
                acts[_random.Next(acts.Length)], _random.Next(1, 100), _random.Next(1, 100), _random.Next(12));
        }
    }

    public KeyVersionStatus[] Versions() => Until(_keys.Versions);

    /// <summary>Has one thing happen, and what goes wrong with it; whoever gets no answer asks again.</summary>
    public void Play(Step step)
    {
        var fault = withFaults && (step.Fault is not (3 or 4) || _crashes++ < CrashesMax) ? step.Fault : 0;
        World.Storage.Next = fault switch
        {
            1 => NextWrite.Lost, 2 => NextWrite.StoredButFails, _ => NextWrite.Stored,
        };
        if (fault is 3)
        {
            World.Crash();
        }

        Do(step);
        if (fault is 5 && step.Act is not Act.Pass)
        {
            Do(step);
        }

        if (step.Act is Act.Use)
        {
            World.Advance(TimeSpan.FromSeconds(3)); // What it was the first use of is stored by now, faults or not.
        }

        World.Storage.Next = NextWrite.Stored;
        if (fault is 4)
        {
            World.Crash();
        }
    }

    private void Do(Step step)
    {
        var rotationId = $"r{step.Which % RotationsMax}";
        var request = RotationWorld.Request(rotationId) with { Lifetime = TimeSpan.FromMinutes(5 * step.Minutes) };
        switch (step.Act)
        {
            case Act.Pass:
                World.Advance(TimeSpan.FromMinutes(step.Minutes));
                break;
            case Act.Rotate:
                Note(Until(() => World.Run(() => World.Keys.Rotate(request))));
                break;
            case Act.Emergency:
                Note(Until(() => World.Run(() => World.Keys.RotateAtOnce(request))));
                break;
            case Act.Fetch:
                var known = Versions()[^1].Info.Rotation?.RotationId ?? rotationId;
                Note(Until(() => _keys.Fetch(step.Which % 2 == 0 ? known : rotationId)));
                break;
            case Act.Acknowledge:
                Until(() => World.Run(() => World.Keys.Acknowledge(RotationWorld.Ref(rotationId))));
                break;
            case Act.Cancel:
                Until(() => World.Run(() => World.Keys.Cancel(RotationWorld.Ref(rotationId))));
                break;
            case Act.Revoke:
                Until(() => World.Run(() => World.Administration.RevokeKey(
                    new RevokeKeyRequest { Version = step.Which % 8 })));
                break;
            case Act.RetireAt:
                var at = World.UtcNow.AddMinutes(step.Minutes - 30);
                Until(() => World.Run(() => World.Keys.RetireAt(new RetireKeyRequest(step.Which % 8, at))));
                break;
            default:
                var (version, secret) = Told.Values.ElementAt(step.Which % Told.Count);
                Until(() => _keys.Use(version, secret));
                break;
        }
    }

    private void Note(RotationReply reply)
    {
        if (reply is not { Reply.Outcome: ChangeOutcome.Done, SealedSecret: not null, Version: { } version })
        {
            return;
        }

        var told = (version.Info.Version, World.Open(reply));
        var rotationId = version.Info.Rotation!.RotationId;
        if (Told.TryGetValue(rotationId, out var before) && before.Version == told.Version)
        {
            Assert.Equal(before, told); // One rotation, one secret, however often it is asked for.
        }

        Told[rotationId] = told;
    }

    private static T Until<T>(Func<T> act)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return act();
            }
            catch (Exception exception) when (tries < 4 && exception is OrleansException or InconsistentStateException)
            {
                // Its outcome is unknown: it is asked for again.
            }
        }
    }
}
