using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Revocations;
using Sluice.Edge.UsageLog;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Limits;
using Sluice.Rules.Revocations;

namespace Sluice.Edge.Chunks;

/// <summary>
/// The chunks of busy clients: parts of their limits that this edge spends without asking anyone. A chunk comes with
/// the answer to a call, is followed by the next one while the client is busy, and goes back when it is not.
/// </summary>
internal sealed partial class ClientChunks : IHostedService, IDisposable
{
    /// <summary>How often it is looked what goes back.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    /// <summary>A busy client calls more often.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, ClientChunk> _byClient = new();
    private readonly IClusterClient _cluster;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly UsageBuffer? _usage;
    private readonly RevocationFeed? _feed;
    private readonly RevocationMetrics? _revocations;
    private readonly long _started;
    private readonly long _least;
    private readonly Lock _timing = new();
    private ITimer? _timer;
    private bool _ticking;

    public ClientChunks(
        IClusterClient cluster, IOptions<EdgeOptions> options, TimeProvider time, ILogger<ClientChunks> logger,
        UsageBuffer? usage = null, RevocationFeed? feed = null, RevocationMetrics? revocations = null)
    {
        (_cluster, _time, _logger, _usage, _started) = (cluster, time, logger, usage, time.GetTimestamp());
        (_feed, _revocations) = (feed, revocations);
        var perSecond = options.Value.ChunksFromRequestsPerSecond;
        _least = perSecond == 0
            ? long.MaxValue
            : Math.Max(ChunkSize.RequestsMin, perSecond * ChunkSize.Span.Ticks / TimeSpan.TicksPerSecond);
    }

    /// <summary>A question about a call that is on its way to the client's owner.</summary>
    /// <param name="Client">The client.</param>
    /// <param name="Asked">Edge's monotonic time before it was asked.</param>
    /// <param name="Demand">For <see cref="AdmitRequest.ChunkDemand"/>; 0: no chunk is asked for.</param>
    internal readonly record struct Question(ClientChunk? Client, TimeSpan Asked, long Demand);

    private TimeSpan Now => _time.GetElapsedTime(_started);

    /// <summary>An edge that has not heard of revocations for a while asks for each call: owners know.</summary>
    private bool IsCutOff => _feed is { } feed && !feed.IsHeardWithin(FeedView.SilenceMax);

    /// <summary>The decision about a call by a chunk; null when the owner is to be asked.</summary>
    public AdmitReply? TryAdmit(ModelCall call)
    {
        if (_least == long.MaxValue || IsCutOff)
        {
            return null;
        }

        var client = LockOf(call.Caller.ClientId);
        try
        {
            return client.TryAdmit(call, Now);
        }
        finally
        {
            Monitor.Exit(client);
        }
    }

    /// <summary>The owner is about to be asked. Whoever asks says what came of it: <see cref="Answered"/>.</summary>
    public Question Ask(ModelCall call)
    {
        if (_least == long.MaxValue || IsCutOff || !_byClient.TryGetValue(call.Caller.ClientId, out var client))
        {
            return default;
        }

        lock (client)
        {
            var now = Now;
            return client.IsRemoved ? default : new Question(client, now, client.Ask(_least, now));
        }
    }

    /// <summary>What the owner said; null when nobody knows.</summary>
    public void Answered(in Question question, ModelCall call, AdmitReply? reply)
    {
        if (question.Client is not { } client)
        {
            return;
        }

        var isRefused = reply is
        {
            Verdict: Verdict.UnknownKey or Verdict.KeyRevoked or Verdict.KeyExpired or Verdict.KeyRetired
                or Verdict.KeyNotYetActive or Verdict.ClientSuspended or Verdict.ModelUnknown or Verdict.ModelForbidden
                or Verdict.RoleForbidden or Verdict.AddressForbidden,
        };
        if (question.Demand == 0 && !isRefused)
        {
            return;
        }

        EndedChunk? ended = null;
        lock (client)
        {
            if (question.Demand > 0)
            {
                ended = client.Answered(call, question.Asked, reply);
                if (_feed is not null && client.EndIfRecalled(call.Caller.ClientId, _feed) is { } late)
                {
                    Tell(call.Caller.ClientId, late); // Granted before a change of which this edge has heard.
                }
            }

            if (isRefused && client.IsOf(call))
            {
                ended = client.End(); // What its owner refuses now, no chunk admits any more.
            }
        }

        Tell(call.Caller.ClientId, ended);
    }

    /// <summary>Something was changed or revoked: chunks that were granted before it end now.</summary>
    /// <param name="clientId">Whose; null for all clients.</param>
    public void Recall(string? clientId)
    {
        if (clientId is null)
        {
            EndAll(client => client.Value.EndIfRecalled(client.Key, _feed!));
        }
        else if (_byClient.TryGetValue(clientId, out var client))
        {
            EndOf(KeyValuePair.Create(clientId, client), one => one.Value.EndIfRecalled(one.Key, _feed!));
        }
    }

    /// <summary>Nobody knows what was revoked meanwhile: every chunk ends now.</summary>
    public void RecallAll() => EndAll(static client => client.Value.End());

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>An edge that stops gives back what it has.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var telling = new List<Task>();
        foreach (var (clientId, client) in _byClient)
        {
            EndedChunk? ended;
            lock (client)
            {
                ended = client.End();
            }

            if (ended is { } chunk)
            {
                telling.Add(TellAsync(clientId, chunk));
            }
        }

        await Task.WhenAll(telling).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _timer?.Dispose();

    private void EndAll(Func<KeyValuePair<string, ClientChunk>, EndedChunk?> end)
    {
        foreach (var client in _byClient)
        {
            EndOf(client, end);
        }
    }

    private void EndOf(
        KeyValuePair<string, ClientChunk> client, Func<KeyValuePair<string, ClientChunk>, EndedChunk?> end)
    {
        EndedChunk? ended;
        lock (client.Value)
        {
            ended = end(client);
        }

        if (ended is not null)
        {
            _revocations?.Recalled();
            Tell(client.Key, ended);
        }
    }

    /// <summary>The client's entry, locked, and not removed.</summary>
    private ClientChunk LockOf(string clientId)
    {
        while (true)
        {
            var client = _byClient.GetOrAdd(clientId, static _ => new ClientChunk());
            Monitor.Enter(client);
            if (!client.IsRemoved)
            {
                if (!Volatile.Read(ref _ticking))
                {
                    Tick();
                }

                return client;
            }

            Monitor.Exit(client);
        }
    }

    private void Tick()
    {
        lock (_timing)
        {
            if (_ticking)
            {
                return;
            }

            Volatile.Write(ref _ticking, true);
            _timer ??= _time.CreateTimer(
                static chunks => ((ClientChunks)chunks!).Look(), this,
                Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(Period, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        // The order of a dictionary differs from run to run, and with it the order in which silos are told.
        List<(string ClientId, EndedChunk? Chunk)> over = [];
        foreach (var (clientId, client) in _byClient)
        {
            EndedChunk? ended;
            bool isRemoved;
            lock (client)
            {
                var now = Now;
                ended = client.EndIfIdle(Idle, now);
                isRemoved = client.TryRemove(now);
            }

            if (isRemoved)
            {
                _byClient.TryRemove(KeyValuePair.Create(clientId, client));
            }

            if (ended is not null)
            {
                over.Add((clientId, ended));
            }
        }

        foreach (var (clientId, ended) in over.OrderBy(chunk => chunk.ClientId, StringComparer.Ordinal))
        {
            Tell(clientId, ended);
        }

        Volatile.Write(ref _ticking, false);
        if (!_byClient.IsEmpty)
        {
            Tick(); // Also for who came just now and saw this one still at work.
        }
    }

    private void Tell(string clientId, EndedChunk? ended)
    {
        if (ended is { } chunk)
        {
            _ = TellAsync(clientId, chunk);
        }
    }

    /// <summary>Once: what its owner does not hear in time counts as spent, and that is soon.</summary>
    private async Task TellAsync(string clientId, EndedChunk ended)
    {
        var chunk = ended.Returned with { UpToSequence = _usage?.LastSequence ?? 0 };
        try
        {
            await _cluster.GetGrain<IClientAdmission>(clientId)
                .Complete(new CompletionBatch { Completions = [], Returned = [chunk] });
            if (ended.Chunk.IsSurelyOut(Now))
            {
                return;
            }
        }
        catch (Exception exception)
        {
            LogNotTold(exception, clientId, chunk.Number);
        }

        _usage?.Add(clientId, chunk); // What its owner has not heard in time, the log has in its place.
    }

    [LoggerMessage(2601, LogLevel.Debug,
        "Client {ClientId}: chunk {Number} could not be given back; all of it counts as spent.")]
    private partial void LogNotTold(Exception exception, string clientId, long number);
}
