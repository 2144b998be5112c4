using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Simulation.Judging;

/// <summary>
/// The judge's books of what edges admitted of one client without its grain (D1): nothing of a closed plan, of an open
/// one no more in an outage than was told before, however often it comes and goes, and all of it is told afterwards.
/// </summary>
internal sealed class OutageBooks(SimulatedClient client, Judge judge)
{
    private static readonly long Grace = TimeSpan.FromSeconds(30).Ticks;
    private static readonly long VerifiedMax = TimeSpan.FromSeconds(60).Ticks;

    /// <summary>An edge that waits for an answer for so long may take it for an outage.</summary>
    private static readonly long TroubleAfter = TimeSpan.FromMilliseconds(900).Ticks;

    private readonly Dictionary<long, Session> _sessions = [];

    /// <summary>What a grain has taken as a debt: after the first time, and before the second.</summary>
    internal List<(long Since, long TakenAt, long Calls)> Debts { get; } = [];

    /// <summary>Calls that grains have taken as debts.</summary>
    internal long Taken { get; private set; }

    /// <summary>Calls that edges admitted by themselves.</summary>
    internal long Alone { get; private set; }

    private sealed class Session
    {
        internal long Budget { get; set; }

        internal long Slots { get; set; }

        internal long SlotsBefore { get; set; }

        internal long VerifiedAt { get; set; } = long.MinValue;

        internal long AnsweredAt { get; set; } = long.MinValue;

        /// <summary>When the running outage can have begun at the earliest; null when none was used yet.</summary>
        internal long? FirstFailure { get; set; }

        /// <summary>When it was first used, and how much of the most that was told of it.</summary>
        internal long FirstUse { get; set; }

        internal long Spent { get; set; }

        internal long Most { get; set; }

        internal long Total { get; set; }

        internal long TakenTotal { get; set; }

        internal long? ToldSince { get; set; }

        internal List<(CallRecord Call, long SentAt)> Waiting { get; } = [];

        internal List<long> Troubles { get; } = [];
    }

    /// <summary>A question goes out.</summary>
    internal void Asks(CallRecord call, AdmitRequest request, bool isFirst)
    {
        var session = Of(call);
        session.Waiting.Add((call, judge.Now));
        var told = TotalOf(request.Debt);
        if (isFirst && Math.Max(told, session.TakenTotal) < session.Total)
        {
            judge.Fail("D1", $"{call} is asked for, {session.Total} calls were admitted by its edge alone, and {told} "
                + $"of them are told, {session.TakenTotal} are taken.");
        }

        if (told > session.TakenTotal)
        {
            session.ToldSince ??= judge.Now;
        }
    }

    /// <summary>It had an answer, or an end without one.</summary>
    internal void Answered(CallRecord call, AdmitRequest request, AdmitReply? answer, long sentAt)
    {
        var session = Of(call);
        session.Waiting.Remove((call, sentAt));
        if (answer is null || judge.Now - sentAt > TroubleAfter)
        {
            session.Troubles.Add(sentAt);
        }

        if (answer is not { } reply)
        {
            return;
        }

        session.AnsweredAt = judge.Now;
        if (reply.Verdict is Verdict.Admitted or Verdict.NoFreeSlot or Verdict.RateLimited)
        {
            session.VerifiedAt = Math.Max(session.VerifiedAt, sentAt);
        }

        if (reply.Degraded?.Terms is { } terms)
        {
            Adopt(session, terms);
        }

        if (reply.Degraded is { DebtTaken: true } && TotalOf(request.Debt) is var told && told > session.TakenTotal)
        {
            Debts.Add((session.ToldSince ?? sentAt, judge.Now, told - session.TakenTotal));
            Taken += told - session.TakenTotal;
            session.TakenTotal = told;
            session.ToldSince = null;
        }
    }

    /// <summary>An edge has admitted a call without its grain, and sends it to the pool.</summary>
    internal void Admitted(CallRecord call)
    {
        Alone++;
        var session = Of(call);
        session.Total++;
        if (!client.IsOpen)
        {
            judge.Fail("D1", $"{call} was admitted by its edge alone, and its plan is closed.");
        }
        else if (judge.Now - session.VerifiedAt > VerifiedMax * (1 + Judge.Drift))
        {
            judge.Fail("D1", $"{call} was admitted by its edge alone, and its key was last verified too long ago.");
        }
        else
        {
            Spend(call, session);
        }
    }

    /// <summary>Calls that may run at this edge while its grain is out of reach; by what it was told last.</summary>
    internal long SlotsOf(CallRecord call) => Math.Max(Of(call).Slots, Of(call).SlotsBefore);

    /// <summary>
    /// What does not fit into the outage that is known is another outage, if one can have begun since: each has a
    /// whole grace after its first failure.
    /// </summary>
    private void Spend(CallRecord call, Session session)
    {
        session.Most = Math.Max(session.Most, session.Budget);
        if (session.FirstFailure is not { } first)
        {
            Begin(session, judge.Now - Grace);
        }
        else if (session.Spent >= session.Most || judge.Now - first > Grace * (1 + Judge.Drift))
        {
            var next = first + (long)(Grace * (1 - Judge.Drift));
            if (next > judge.Now)
            {
                judge.Fail("D1", $"{call} is the {session.Spent + 1}. call that its edge admits alone in this outage, "
                    + $"of {session.Most}; it began {TimeSpan.FromTicks(judge.Now - first)} ago at the earliest.");
            }
            else if (session.AnsweredAt < session.FirstUse
                && judge.Now - session.FirstUse > Grace * (1 + Judge.Drift))
            {
                judge.Fail("D1", $"{call} was admitted by its edge alone {TimeSpan.FromTicks(judge.Now - first)} after "
                    + "the outage began, and nobody has answered since.");
            }

            Begin(session, Math.Max(next, judge.Now - Grace));
        }

        session.Spent++;
    }

    private void Begin(Session session, long earliest)
    {
        var failures = session.Troubles.Concat(session.Waiting.Select(question => question.SentAt));
        session.FirstFailure = failures.Where(at => at >= earliest).Append(judge.Now).Min();
        (session.FirstUse, session.Spent, session.Most) = (judge.Now, 0, session.Budget);
    }

    /// <summary>What an edge is told that it may spend is its part of two seconds, by some number of edges.</summary>
    private void Adopt(Session session, DegradedTerms terms)
    {
        if (!client.IsOpen || client.Rate is not { } rate)
        {
            judge.Fail("D1", $"{client.Name}: an edge is told what to do in an outage, and its plan is closed.");
            return;
        }

        var budget = (terms.Budgets ?? []).Sum(one => one.Amount);
        var whole = rate.Amount * TimeSpan.FromSeconds(2).Ticks / rate.Period.Ticks;
        if (!Enumerable.Range(1, judge.Sessions).Any(edges =>
            budget == Math.Min(rate.Burst, whole / edges) && terms.Slots == client.Slots / edges))
        {
            judge.Fail("D1", $"{client.Name}: an edge may admit {budget} and run {terms.Slots} in an outage.");
        }

        (session.SlotsBefore, session.Slots) = (session.Slots, terms.Slots ?? long.MaxValue);
        (session.Most, session.Budget) = (Math.Max(session.Most, budget), budget);
    }

    private Session Of(CallRecord call)
    {
        if (!_sessions.TryGetValue(call.Id.EdgeSession, out var session))
        {
            _sessions[call.Id.EdgeSession] = session = new Session();
        }

        return session;
    }

    private static long TotalOf(DegradedDebt? debt) =>
        debt?.Total.Where(amount => amount.Unit is null).Sum(amount => amount.Amount) ?? 0;
}
