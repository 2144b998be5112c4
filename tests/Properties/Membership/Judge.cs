using Sluice.Actors.Membership;
using Sluice.Testing;

namespace Sluice.Properties.Membership;

/// <summary>
/// Sees every call that the table executes, and works out from its own notes whether whoever died might. It knows the
/// rules from the words of docs/membership.md and shares no code with them.
/// </summary>
internal sealed class Judge
{
    private const double Silence = 3;
    private const double Gap = 1.5;
    private const double Lifetime = 5;

    private readonly Fleet _fleet;
    private readonly Dictionary<long, DateTimeOffset> _lastBeat = [];
    private readonly Dictionary<long, List<(DateTimeOffset At, bool Failed)>> _ownBeats = [];
    private readonly Dictionary<(long Suspect, long By), DateTimeOffset> _suspicions = [];
    private ClusterView _view;

    internal Judge(Fleet fleet)
    {
        _fleet = fleet;
        _view = fleet.Truth;
        foreach (var silo in _view.Silos)
        {
            NoteJoined(silo.Id);
        }

        fleet.Executed = Executed;
        fleet.Ended = Ended;
    }

    /// <summary>What was wrong; empty when everything was right.</summary>
    internal List<string> Mistakes { get; } = [];

    /// <summary>Everybody who was declared dead by others.</summary>
    internal HashSet<long> Killed { get; } = [];

    private DateTimeOffset TableNow => _fleet.TableNow;

    private DateTimeOffset Now => _fleet.Time.GetUtcNow();

    private void Ended(TableCall call, bool answered)
    {
        if (call.Name == "Heartbeat")
        {
            _ownBeats[call.SiloId].Add((Now, !answered));
        }
    }

    private void Executed(TableCall call)
    {
        var (before, after) = (_view, _fleet.Truth);
        _view = after;
        switch (call.Name)
        {
            case "Heartbeat" when after.Find(call.SiloId) is not null:
                _lastBeat[call.SiloId] = TableNow;
                break;
            case "Suspect" when before.Find(call.SiloId) is not null && before.Find(call.BySiloId) is not null:
                _suspicions[(call.SiloId, call.BySiloId)] = TableNow;
                break;
        }

        foreach (var joined in after.Silos.Where(silo => before.Find(silo.Id) is null))
        {
            NoteJoined(joined.Id);
        }

        Expect(
            before.Version == after.Version == before.Silos.SequenceEqual(after.Silos)
                && after.Version >= before.Version,
            $"{call}: {before} became {after}");
        var died = before.Silos.Where(silo => after.Find(silo.Id) is null).Select(silo => silo.Id).ToList();
        foreach (var id in died.Where(_ => call.Name is "Suspect" or "DeclareSilent"))
        {
            Killed.Add(id);
            Expect(died.Count == 1 && id == call.SiloId, $"{call} killed {string.Join(", ", died)}");
            Expect(after.Silos.Length > 0, $"{call} killed the last one");
            Expect(
                call.Name == "Suspect" ? MightBySuspicion(id, before) : MightBySilence(id, call.BySiloId),
                $"{call} at {Now:O} had no ground in {before}");
        }
    }

    private bool MightBySuspicion(long id, ClusterView view)
    {
        var others = view.Silos
            .Where(silo => silo.Id != id && _suspicions.TryGetValue((id, silo.Id), out var at)
                && (TableNow - at).TotalSeconds < Lifetime)
            .Select(silo => silo.Id)
            .ToList();
        return others.Count >= 2
            || (others.Count == 1 && view.Silos.Length == 2
                && SilentFor(id) >= Silence && SilentFor(others[0]) <= Gap);
    }

    /// <summary>Its own clock for its own heartbeats, the table's for the other's.</summary>
    private bool MightBySilence(long id, long by)
    {
        if (SilentFor(id) < Silence)
        {
            return false;
        }

        var needed = Now - TimeSpan.FromSeconds(Silence);
        var previous = Now;
        foreach (var (at, failed) in Enumerable.Reverse(_ownBeats[by]))
        {
            if (failed || (previous - at).TotalSeconds > Gap)
            {
                return false;
            }

            if (at <= needed)
            {
                return true;
            }

            previous = at;
        }

        return false;
    }

    private double SilentFor(long id) => Math.Abs((TableNow - _lastBeat[id]).TotalSeconds);

    private void NoteJoined(long id)
    {
        _lastBeat[id] = TableNow;
        _ownBeats[id] = [(Now, false)];
    }

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            Mistakes.Add(otherwise);
        }
    }
}
