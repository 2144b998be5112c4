using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>
/// One client's owner, two edges that call it over a network that loses replies, a ledger, and a clock.
/// </summary>
internal sealed class SimulatedWorld
{
    private static readonly ClientPolicy[] Plans =
    [
        Client.Policy(
        [
            new Limit("per-second", LimitKind.Rate, 3, 5, TimeSpan.FromSeconds(1)),
            new Limit("per-minute", LimitKind.Rate, 70, 20, TimeSpan.FromMinutes(1)),
            new Limit("at-once", LimitKind.Concurrency, 4, 0, TimeSpan.Zero),
            new Limit("per-month", LimitKind.Quota, 150, 0, TimeSpan.Zero),
        ]),
        Client.Policy(
        [
            new Limit("per-second", LimitKind.Rate, 7, 2, TimeSpan.FromSeconds(3)),
            new Limit("at-once", LimitKind.Concurrency, 2, 0, TimeSpan.Zero),
            new Limit("per-month", LimitKind.Quota, 120, 0, TimeSpan.Zero),
            new Limit("more-per-month", LimitKind.Quota, 100, 0, TimeSpan.Zero),
        ]),
        Client.Policy(
        [
            new Limit("per-second", LimitKind.Rate, 7, 2, TimeSpan.FromSeconds(3)),
            new Limit("at-once", LimitKind.Concurrency, 6, 0, TimeSpan.Zero),
            new Limit("per-month", LimitKind.Quota, 200, 0, TimeSpan.Zero),
        ]),
    ];

    private readonly Random _random;
    private readonly SimulatedEdge[] _edges = [new(1), new(2)];
    private readonly AdmissionBooks _books = new();
    private readonly Dictionary<string, Quota> _ledger = [];
    private readonly List<(RequestId Id, bool Dispatched)> _completions = [];
    private readonly List<(long Session, long UpTo, HashSet<long> Running)> _reports = [];

    private ClientPolicy _policy = Plans[0];
    private ClientState _client;
    private TimeSpan _elapsed;
    private TimeSpan _calendarShift;
    private long _sessions = 2;

    public SimulatedWorld(Random random)
    {
        _random = random;
        _client = ClientState.Begin(_policy, _ledger, Now);
        _books.Begin(_policy);
    }

    private Moment Now => new(_elapsed, Client.Start + _elapsed + _calendarShift);

    public void Step()
    {
        _elapsed += TimeSpan.FromTicks(_random.Next(3) == 0 ? _random.Next(20_000_000) : _random.Next(500_000));
        var edge = _edges[_random.Next(_edges.Length)];
        Action happening = _random.Next(100) switch
        {
            < 30 => () => Ask(edge, edge.NewCall()),
            < 38 => () => AskAgain(edge),
            < 50 => () => EndCall(edge),
            < 70 => DeliverCompletion,
            < 77 => () => _reports.Add(edge.Report()),
            < 84 => DeliverReport,
            < 94 => WriteReserves,
            < 95 => () => EdgeDies(edge),
            < 96 => OwnerCrashes,
            < 97 => ChangePlan,
            < 98 => () => _calendarShift += TimeSpan.FromHours(_random.Next(-30, 60)),
            < 99 => () => _elapsed += TimeSpan.FromSeconds(_random.Next(40)),
            _ => StaleCompletion,
        };
        happening();
    }

    public void AssertInvariants()
    {
        _client = _client.At(Now, _policy);
        _books.AssertQuotas(_client, _policy);
        foreach (var edge in _edges)
        {
            edge.AssertSlotsKept(_client.Slots, _elapsed);
        }
    }

    /// <summary>However the run went, no slot is lost for good, and no window passed more than it may.</summary>
    public void AssertAllComesBack()
    {
        _books.AssertWindows();
        _elapsed += Client.SlotTtl;
        Assert.Equal(0, _client.At(Now, _policy).Slots.InUse);
    }

    private void Ask(SimulatedEdge edge, RequestId id)
    {
        var before = _client.At(Now, _policy);
        (_client, var decision) = Client.Decide(_client, Client.Ask(id), _policy, Now);
        var held = before.Slots.Taken.ContainsKey(id);
        if (decision.Verdict is not Verdict.Admitted || held)
        {
            Assert.True(!held || decision.Verdict is Verdict.Admitted, "A repeat was answered otherwise.");
            Client.AssertSame(before.AskedAgain(id, Now) with { RecentUse = _client.RecentUse }, _client);
        }
        else
        {
            Assert.All(_policy.Concurrency, limit => Assert.True(_client.Slots.InUse <= limit.Amount, "Too many run."));
            _books.Admitted(id, Now, _client, _policy);
        }

        var replyIsLost = _random.Next(4) == 0;
        edge.Answered(id, decision.Verdict is Verdict.Admitted, replyIsLost, _elapsed);
    }

    private void AskAgain(SimulatedEdge edge)
    {
        if (edge.Unanswered.Count > 0)
        {
            Ask(edge, edge.Unanswered.ElementAt(_random.Next(edge.Unanswered.Count)));
        }
    }

    private void EndCall(SimulatedEdge edge)
    {
        if (edge.Running.Count > 0)
        {
            var id = edge.Running.Keys.ElementAt(_random.Next(edge.Running.Count));
            var dispatched = _random.Next(3) > 0;
            edge.Ended(id);
            _completions.Add((id, dispatched));
            _books.Ended(id, dispatched);
        }
    }

    private void DeliverCompletion()
    {
        if (_completions.Count == 0)
        {
            return;
        }

        var completion = _completions[_random.Next(_completions.Count)];
        if (_random.Next(3) > 0)
        {
            _completions.Remove(completion); // Otherwise it is sent again, and must do nothing then.
        }

        Complete(completion.Id, completion.Dispatched);
    }

    private void StaleCompletion() => Complete(new RequestId(_sessions + 100, _random.Next(1, 9)), dispatched: false);

    private void Complete(RequestId id, bool dispatched)
    {
        var before = _client.At(Now, _policy);
        _client = Client.Complete(_client, id, dispatched, _policy, Now);
        Assert.Equal(
            before.Slots.Taken.Keys.Where(other => other != id).ToHashSet(), _client.Slots.Taken.Keys.ToHashSet());
        if (!before.Slots.Taken.ContainsKey(id))
        {
            Client.AssertSame(before, _client);
        }
    }

    private void DeliverReport()
    {
        if (_reports.Count > 0)
        {
            var at = _random.Next(_reports.Count); // A report may be overtaken by a later one.
            var report = _reports[at];
            _reports.RemoveAt(at);
            var deadline = _elapsed + Client.SlotTtl;
            _client.MoveTo(Now, _policy);
            _client.Slots.Renew(report.Session, report.UpTo, report.Running, deadline);
            var slots = _client.Slots;
            _edges.Single(edge => edge.Session == report.Session).Renewed(slots, report.Running, deadline);
        }
    }

    private void WriteReserves()
    {
        _client = _client.At(Now, _policy);
        var written = _client.WithReserves(_policy, block: _random.Next(1, 8));
        for (var i = 0; i < _policy.Quotas.Length; i++)
        {
            _ledger[_policy.Quotas[i].Name] = written.Quotas[i];
        }

        if (_random.Next(8) > 0)
        {
            _client = written; // Otherwise the ledger's reply is lost.
        }
    }

    private void EdgeDies(SimulatedEdge edge)
    {
        _client.MoveTo(Now, _policy);
        _client.Slots.FreeAllOf(edge.Session);
        Assert.DoesNotContain(_client.Slots.Taken.Keys, id => id.EdgeSession == edge.Session);
        _reports.RemoveAll(report => report.Session == edge.Session);
        edge.Restart(++_sessions);
    }

    /// <summary>
    /// Rates begin full again and slots free, so the edges end what runs: only the quotas are carried over.
    /// </summary>
    private void OwnerCrashes()
    {
        _books.AssertWindows();
        _elapsed += TimeSpan.FromMinutes(1);
        _client = ClientState.Begin(_policy, Recovered(), Now);
        _books.Begin(_policy);
        _reports.Clear();
        foreach (var edge in _edges)
        {
            edge.Restart(++_sessions);
        }
    }

    private void ChangePlan()
    {
        _books.AssertWindows();
        var next = Plans[_random.Next(Plans.Length)];
        var before = _client.At(Now, _policy);
        _client = _client.Under(next, _policy, Now);
        Assert.Equal(before.Slots.Taken.Keys.ToHashSet(), _client.Slots.Taken.Keys.ToHashSet());
        _books.Begin(next);
        _policy = next;
    }

    private Dictionary<string, Quota> Recovered() => _ledger.ToDictionary(
        row => row.Key, row => Quota.Recovered(row.Value.Period, row.Value.Reserved));
}
