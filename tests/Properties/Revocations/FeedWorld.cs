using System.Collections.Immutable;
using Sluice.Rules.Revocations;
using Xunit;

namespace Sluice.Properties.Revocations;

/// <summary>
/// A stored sequence, silos that read it, and an edge that asks any of them over a network that delays, loses, repeats
/// and mixes up. It keeps its own books, and after every step compares what the edge believes with them, in the time of
/// the edge, whose machine may sleep while time passes elsewhere.
/// </summary>
internal sealed class FeedWorld(int pageMost)
{
    private const int Clients = 3;
    private static readonly TimeSpan Lives = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MemoryLives = TimeSpan.FromSeconds(10);

    private readonly List<(Revocation Entry, TimeSpan Durable, TimeSpan Ends)> _stored = [];
    private readonly List<(Revocation Entry, TimeSpan Durable)> _everStored = [];
    private readonly List<(Revocation Entry, TimeSpan Ends)> _applied = [];
    private readonly FeedLog[] _silos = [FeedLog.Beginning, FeedLog.Beginning];
    private readonly List<(int Silo, FeedReading Reading, TimeSpan Began)> _readings = [];
    private readonly List<(FeedQuestion Question, TimeSpan Asked)> _questions = [];
    private readonly List<(int Silo, FeedQuestion Question, TimeSpan Asked, TimeSpan Arrived)> _waiting = [];
    private readonly List<(FeedPage Page, TimeSpan Asked)> _pages = [];
    private readonly Dictionary<(string Client, int Version), TimeSpan> _remembered = [];
    private readonly long[] _changes = new long[Clients];
    private FeedView _view = FeedView.Beginning;
    private TimeSpan _now = TimeSpan.FromSeconds(100);
    private TimeSpan _edge = TimeSpan.FromSeconds(1);
    private long _trimmed;

    public long Applied { get; private set; }

    public long Restarts { get; private set; }

    public long Freshened { get; private set; }

    public void Pass(TimeSpan time) => (_now, _edge) = (_now + time, _edge + time);

    /// <summary>The edge's clock stands still. Silos answer or give up long before it goes on.</summary>
    public void Sleep(TimeSpan time)
    {
        _waiting.Clear();
        _now += time;
    }

    /// <summary>The edge verifies a key with its owner, which knows all that is durable by now.</summary>
    public void Remember(int client, int version)
    {
        if (!IsRevoked(Name(client), version))
        {
            _remembered[(Name(client), version)] = _edge;
        }
    }

    public void Revoke(int client, int version) => Store(RevocationKind.KeyVersion, client, version);

    public void Change(int client) => Store(RevocationKind.Client, client, ++_changes[client]);

    /// <summary>What is of no interest any more is deleted.</summary>
    public void Trim()
    {
        var over = _stored.Where(stored => stored.Ends <= _now).ToList();
        _trimmed = over.Select(stored => stored.Entry.Sequence).Append(_trimmed).Max();
        _stored.RemoveAll(stored => stored.Ends <= _now);
    }

    /// <summary>A silo begins to read after what it knows; what it finds arrives later.</summary>
    public void Read(int silo)
    {
        if (_readings.Any(reading => reading.Silo == silo))
        {
            return; // One at a time.
        }

        var after = _silos[silo].Through;
        var entries = _stored
            .Where(stored => stored.Entry.Sequence > after)
            .Select(stored => stored.Entry with { Lives = Positive(stored.Ends - _now) })
            .Take(pageMost + 1)
            .ToImmutableArray();
        var isWhole = entries.Length <= pageMost;
        _readings.Add((silo, new FeedReading(
            after, Last, _trimmed, isWhole ? entries : entries[..pageMost], isWhole), _now));
    }

    public void FinishReading(int silo)
    {
        if (_readings.FindIndex(reading => reading.Silo == silo) is >= 0 and var found)
        {
            var (_, reading, began) = _readings[found];
            _readings.RemoveAt(found);
            _silos[silo] = _silos[silo].Add(reading, began, _now);
        }
    }

    /// <summary>A silo is replaced by a new one, which knows nothing.</summary>
    public void Replace(int silo)
    {
        _readings.RemoveAll(reading => reading.Silo == silo);
        _waiting.RemoveAll(waiting => waiting.Silo == silo);
        _silos[silo] = FeedLog.Beginning;
    }

    public void Ask() => _questions.Add((_view.Question, _edge));

    /// <summary>A question arrives at a silo, perhaps not for the first time.</summary>
    public void Arrive(int which, int silo, bool again)
    {
        if (_questions.Count > 0)
        {
            var (question, asked) = _questions[which % _questions.Count];
            _waiting.Add((silo, question, asked, _now));
            if (!again)
            {
                _questions.RemoveAt(which % _questions.Count);
            }
        }
    }

    public void Answer(int which)
    {
        if (_waiting.Count > 0)
        {
            var (silo, question, asked, arrived) = _waiting[which % _waiting.Count];
            if (_silos[silo].CanAnswer(question, arrived))
            {
                _waiting.RemoveAt(which % _waiting.Count);
                _pages.Add((_silos[silo].Answer(question, arrived, _now, pageMost), asked));
            }
        }
    }

    /// <summary>An answer arrives, perhaps not for the last time.</summary>
    public void Hear(int which, bool again)
    {
        if (_pages.Count > 0)
        {
            var (page, asked) = _pages[which % _pages.Count];
            Apply(page, asked);
            if (!again)
            {
                _pages.RemoveAt(which % _pages.Count);
            }
        }
    }

    /// <summary>The network is whole again, and everybody does its part.</summary>
    public void Heal()
    {
        for (var i = 0; i < 200 && _view.Through < Last; i++)
        {
            Read(0);
            FinishReading(0);
            _questions.Clear();
            _waiting.Clear();
            _pages.Clear();
            Ask();
            Arrive(0, 0, again: false);
            Answer(0);
            Hear(0, again: false);
            Pass(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(Last, _view.Through);
    }

    /// <summary>Whatever the edge has applied it keeps to; whatever it has not, it does not claim to know.</summary>
    public void Judge()
    {
        foreach (var (entry, ends) in _applied)
        {
            Assert.True(_now >= ends || IsEnded(entry), $"{entry} was applied, and is not in force.");
        }

        if (_view.HeardAt is { } heard)
        {
            Assert.True(heard <= _edge, "What was heard lies ahead.");
            Assert.All(
                _stored.Where(stored => stored.Durable < heard && stored.Ends > _now),
                stored => Assert.True(IsEnded(stored.Entry), $"{stored.Entry} is not known at {heard}."));
        }

        // With a feed that was heard just now, nothing is accepted by memory that was revoked before it was heard.
        foreach (var ((client, version), since) in _remembered)
        {
            var isAccepted = _edge - since < MemoryLives && _view.IsHeardWithin(FeedView.SilenceMax, _edge);
            Assert.False(
                isAccepted && IsRevokedBefore(client, version, _edge - FeedView.SilenceMax),
                $"Key {version} of {client} is accepted.");
        }
    }

    private long Last { get; set; }

    private static string Name(int client) => $"client-{client}";

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private void Store(RevocationKind kind, int client, long number)
    {
        var entry = new Revocation(++Last, kind, Name(client), number, Lives);
        _stored.Add((entry, _edge, _now + Lives));
        _everStored.Add((entry, _edge));
    }

    private void Apply(FeedPage page, TimeSpan asked)
    {
        var before = _view;
        _view = _view.Apply(page, asked, _edge, out var change);
        Assert.True(page.Restarts || _view.Through >= before.Through, "It went back.");
        Assert.True(page.Restarts || !(_view.HeardAt < before.HeardAt), "It was heard, and is not any more.");
        foreach (var entry in change.Applied)
        {
            Assert.True(page.Restarts || entry.Sequence > before.Through, $"{entry} was applied again.");
            var ends = _stored.Find(stored => stored.Entry.Sequence == entry.Sequence).Ends;
            _applied.Add((entry, ends));
            _remembered.Remove((entry.Subject, (int)entry.Number));
        }

        if (change.Restarted)
        {
            _remembered.Clear();
        }

        Applied += change.Applied.Length;
        Restarts += page.Restarts && change.Restarted ? 1 : 0;
        Freshened += _view.HeardAt > (before.HeardAt ?? TimeSpan.MinValue) ? 1 : 0;
    }

    private bool IsEnded(Revocation entry) => entry.Kind is RevocationKind.KeyVersion
        ? _view.Set.Judge(entry.Subject, (int)entry.Number, 0) is Standing.KeyRevoked
        : _view.Set.Judge(entry.Subject, keyVersion: 0, entry.Number - 1) is Standing.Outdated || entry.Number == 1;

    private bool IsRevoked(string client, int version) => IsRevokedBefore(client, version, TimeSpan.MaxValue);

    private bool IsRevokedBefore(string client, int version, TimeSpan moment) => _everStored.Exists(stored =>
        stored.Entry.Kind is RevocationKind.KeyVersion
        && stored.Entry.Subject == client
        && stored.Entry.Number == version
        && stored.Durable < moment);
}
