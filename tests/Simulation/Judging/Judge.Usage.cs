using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;

namespace Sluice.Simulation.Judging;

/// <summary>
/// The usage log, held against what edges and the pool did (Q4), and the counts that it corrects (Q2): each call is in
/// it once, with what it used, and no count is ever lowered below that.
/// </summary>
internal sealed partial class Judge
{
    /// <summary>Edge sessions that were ever opened.</summary>
    internal int Sessions => _sessions.Count;

    /// <summary>Counts that were compared with a whole log at the end, and were what was used.</summary>
    internal long Compared { get; private set; }

    /// <summary>Calls that the usage log has.</summary>
    internal long Logged { get; private set; }

    internal void Corrected(string clientId) => _clients[clientId].CorrectedAt = Now;

    private void Stored(UsageBatch batch, UsageEvent[]? before)
    {
        if (before is not null)
        {
            if (!before.Select(one => one.RequestId).SequenceEqual(batch.Events.Select(one => one.RequestId)))
            {
                Fail("Q4", $"Batch {batch.Number} of edge session {batch.EdgeSession} came twice, and differs.");
            }

            return;
        }

        foreach (var one in batch.Events.Where(one => one.RequestId.Sequence > 0))
        {
            CheckLogged(one);
        }
    }

    private void CheckLogged(UsageEvent one)
    {
        if (!_calls.TryGetValue(one.RequestId, out var call) || call.Client.ClientId != one.ClientId)
        {
            Fail("Q4", $"The usage log has {one.RequestId} of {one.ClientId}, which nobody has called.");
            return;
        }

        if (call.IsLogged)
        {
            Fail("Q4", $"{call} is in the usage log twice.");
        }

        (call.IsLogged, Logged) = (true, Logged + 1);
        var use = call.Use ?? (0, 0);
        var isRight = call.IsDispatched
            ? (one.Requests, one.InputTokens, one.OutputTokens) == (1, use.Input, use.Output)
                && one.Epoch == 0 == call.IsAlone && one.Chunk > 0 == call.Chunk is not null
            : (one.Requests, one.InputTokens, one.OutputTokens) == (0, 0, 0);
        if (!isRight)
        {
            Fail("Q4", $"{call} used {use.Input} and {use.Output} tokens, and is logged as {one}.");
        }
    }

    /// <summary>Q4. Everything is over: each call of an edge that lives, and could keep all, is in the log.</summary>
    internal void CheckAllLogged(IReadOnlySet<long> living)
    {
        var missing = _calls.Values.FirstOrDefault(call => call is { IsDispatched: true, IsLogged: false }
            && living.Contains(call.Id.EdgeSession) && _database.Usage.DroppedBy(call.Id.EdgeSession) == 0);
        if (missing is not null)
        {
            Fail("Q4", $"{missing} went to the pool, its edge is there, and the usage log does not have it.");
        }
    }

    /// <summary>
    /// Q2 after the count was compared with a whole log: it is what was used, by the calls of edges that live exactly,
    /// and by those of others no more than was asked of them.
    /// </summary>
    internal void CheckReconciled(SimulatedClient client, long used, bool isWhole, IReadOnlySet<long> living)
    {
        var books = _clients[client.ClientId];
        var isTokens = client.TokenQuota is not null;
        var all = _calls.Values.Where(call => call.Client == client).ToList();
        var exact = all.Where(call => call.IsDispatched && living.Contains(call.Id.EdgeSession))
            .Sum(call => isTokens ? call.TokensUsed : 1);
        var others = all.Where(call => !living.Contains(call.Id.EdgeSession)).ToList();

        // Refused, and admitted when the question came a second time, of which its edge wanted to know nothing any
        // more: its owner takes it for lost. A repeat like that is the simulation's own; no edge asks once refused.
        var unwanted = all.Where(call => living.Contains(call.Id.EdgeSession)
            && call is { IsDispatched: false, IsLogged: false, AdmittedAt: >= 0 });
        var least = exact + (isTokens ? 0 : others.Count(call => call.StartedAt >= 0));
        var most = exact + books.Chunks.LostBy(living)
            + others.Concat(unwanted).Sum(
                call => isTokens ? Math.Max(call.TokensUsed, call.InputUpper + call.OutputCap) : 1);
        if (used < least && (isWhole || !isTokens))
        {
            Fail(
                "Q2",
                $"{client.Name}: {used} are counted after a comparison with the usage log, where {least} were used.");
        }

        if (isWhole && used > most)
        {
            Fail("Q2", $"{client.Name}: {used} are counted after a comparison with a whole log, and {most} were used.");
        }

        Compared += isWhole ? 1 : 0;
    }

    /// <summary>An edge asks a grain about a call; told again when that has an end.</summary>
    internal void Asking(AdmitRequest request, bool isRepeat)
    {
        var (call, books) = BooksOf(request.RequestId);
        var isFirst = call.OpenQuestions == 0 && call.LostQuestionAt < 0 && !call.IsAsked;
        call.OpenQuestions++;
        Array.ForEach(request.Completes, ended => Completing(ended.RequestId));
        if (request.ChunkDemand > 0)
        {
            books.Chunks.Seeks(call, request.ChunkDemand);
        }

        if (!isRepeat)
        {
            call.IsAsked = true;
            books.Outages.Asks(call, request, isFirst);
        }
    }

    internal void HasAsked(AdmitRequest request, AdmitReply? reply, long sentAt, bool isRepeat)
    {
        var (call, books) = BooksOf(request.RequestId);
        call.OpenQuestions--;
        call.LostQuestionAt = reply is null ? Now : call.LostQuestionAt;
        if (request.ChunkDemand > 0)
        {
            books.Chunks.IsAnswered(call, reply is null);
        }

        if (!isRepeat)
        {
            books.Outages.Answered(call, request, reply, sentAt);
        }

        if (reply is { Chunk: { } grant })
        {
            books.Chunks.Granted(call, grant, sentAt);
        }

        if (reply is { Verdict: not Verdict.Pending } answer)
        {
            Array.ForEach(request.Completes, ended => Settled(ended.RequestId, books.Lineages.Of(answer.Epoch)));
        }
    }

    /// <summary>Ends were heard by some activation: by the newest, as far as it is surely the only one.</summary>
    internal void HasCompleted(string clientId, CompletionBatch batch)
    {
        var books = _clients[clientId];
        var newest = books.Lineages.Of(books.Lineages.NewestEpoch);
        Array.ForEach(batch.Completions, ended => Settled(ended.RequestId, newest));
        Array.ForEach(batch.Returned, books.Chunks.GivenBack);
    }

    internal void GivesBack(string clientId, ReturnedChunk[] returned) =>
        Array.ForEach(returned, _clients[clientId].Chunks.GivesBack);

    /// <summary>An edge sends a call to the pool.</summary>
    /// <param name="call">The call.</param>
    /// <param name="isAlone">Its edge has admitted it without its grain.</param>
    /// <param name="chunk">What it was admitted by; 0 for no chunk.</param>
    internal void Dispatched(CallRecord call, bool isAlone, long chunk)
    {
        (call.IsDispatched, call.IsAlone) = (true, isAlone);
        var books = _clients[call.Client.ClientId];
        if (isAlone)
        {
            books.Outages.Admitted(call);
        }
        else if (chunk > 0)
        {
            books.Chunks.Spend(call, chunk);
        }
    }

    private void Settled(RequestId id, Lineage? by)
    {
        if (_calls.TryGetValue(id, out var call) && call.SettledAt < 0 && call.Lineage == by && !HasLapsed(call))
        {
            (call.SettledAt, call.SettledBy) = (Now, by);
        }
    }

    private (CallRecord Call, ClientBooks Books) BooksOf(RequestId id)
    {
        var call = _calls[id];
        return (call, _clients[call.Client.ClientId]);
    }
}
