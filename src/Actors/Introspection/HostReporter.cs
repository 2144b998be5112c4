using Sluice.Actors.Activations;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Introspection;

/// <summary>
/// Says what is on one host. It goes through the activations once, without stopping any of them, so that figures of a
/// busy host are of slightly different moments.
/// </summary>
internal sealed class HostReporter(ActorHost host) : ISiloReports
{
    private const int QueuesMost = 10;

    public Task<HostReport> Report()
    {
        var types = new Dictionary<GrainType, (int Activations, long Waiting)>();
        var longest = new LongestQueues(QueuesMost);
        foreach (var activation in host.Catalog.Unordered)
        {
            var waiting = activation.WaitingCount;
            var (activations, waitingBefore) = types.GetValueOrDefault(activation.GrainId.Type);
            types[activation.GrainId.Type] = (activations + 1, waitingBefore + waiting);
            if (waiting > 0)
            {
                longest.Add(activation, waiting);
            }
        }

        var calls = host.Statistics.Read();
        return Task.FromResult(new HostReport
        {
            ViewVersion = host.View.Version,
            StartedAt = host.Clock.At(0),
            Uptime = host.Clock.Now * host.Clock.Period,
            MemoryBytes = Environment.WorkingSet,
            HeapBytes = GC.GetTotalMemory(forceFullCollection: false),
            Activations = types.Values.Sum(type => type.Activations),
            Waiting = types.Values.Sum(type => type.Waiting),
            CallsPerSecond = calls.CallsPerSecond,
            FailuresPerSecond = calls.FailuresPerSecond,
            Latency = calls.Latency,
            Waited = calls.Waited,
            Types =
            [
                .. types.OrderByDescending(type => type.Value.Activations)
                    .ThenBy(type => type.Key.ToString(), StringComparer.Ordinal)
                    .Select(type => new TypeCount
                    {
                        Type = type.Key.ToString(),
                        Activations = type.Value.Activations,
                        Waiting = type.Value.Waiting,
                    }),
            ],
            LongestQueues = longest.Describe(),
        });
    }

    public Task<ActivationSummary[]> List(ActivationQuery query)
    {
        var longest = new LongestQueues(query.Most);
        foreach (var activation in host.Catalog.Unordered)
        {
            var waiting = activation.WaitingCount;
            if (waiting >= query.WaitingMin
                && (query.Type.Length == 0 || activation.GrainId.Type.ToString() == query.Type))
            {
                longest.Add(activation, waiting);
            }
        }

        return Task.FromResult(longest.Describe());
    }

    public async Task<GrainLook> Look(GrainId grain)
    {
        if (host.Catalog.Find(grain) is not { } activation)
        {
            return new GrainLook { Activation = null };
        }

        // First, so that the look is not among what it describes.
        var before = activation.Describe();
        var state = await StateReader.ReadAsync(activation);
        return new GrainLook
        {
            Activation = LongestQueues.Summary(before),
            Since = before.CreatedUtc,
            State = state.Json,
            Problem = state.Problem,
        };
    }

    /// <summary>The order of lists: more waiting first, then used later first, then by name.</summary>
    internal static IEnumerable<T> InOrder<T>(IEnumerable<T> listed, Func<T, ActivationSummary> summary) => listed
        .OrderByDescending(item => summary(item).Waiting)
        .ThenByDescending(item => summary(item).LastUsed)
        .ThenBy(item => summary(item).Grain.ToString(), StringComparer.Ordinal);

    /// <summary>Keeps the activations with the longest queues of all that it was shown.</summary>
    private sealed class LongestQueues(int most)
    {
        private readonly PriorityQueue<Activation, (int Waiting, long LastUsed)> _kept = new();

        internal void Add(Activation activation, int waiting)
        {
            var rank = (waiting, activation.LastUsed);
            if (_kept.Count < most)
            {
                _kept.Enqueue(activation, rank);
            }
            else
            {
                _kept.EnqueueDequeue(activation, rank);
            }
        }

        internal ActivationSummary[] Describe() =>
            [.. InOrder(_kept.UnorderedItems.Select(item => Summary(item.Element.Describe())), item => item)];

        internal static ActivationSummary Summary(ActivationInfo info) => new()
        {
            Grain = info.GrainId,
            Status = info.State,
            Waiting = info.Waiting,
            Running = info.Running,
            LastUsed = info.LastCallUtc,
        };
    }
}
