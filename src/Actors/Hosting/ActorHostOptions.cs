namespace Sluice.Actors.Hosting;

/// <summary>How an actor host behaves. The defaults are Orleans' where it has one.</summary>
public sealed class ActorHostOptions
{
    /// <summary>
    /// How long a caller waits, unless the method says otherwise. Default 30 s; longer than zero, or infinite.
    /// </summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How late a time-out may be noticed. Default 25 ms; 1 ms to 1 s.</summary>
    public TimeSpan SweepPeriod { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// Most requests that may wait for one activation; one more is refused at once with
    /// <see cref="LimitExceededException"/>. Default 10 000: at a microsecond a turn that is ten milliseconds of work,
    /// at a millisecond a turn ten seconds, which still fits the response time-out. 1 or more.
    /// </summary>
    public int MaxWaitingPerActivation { get; set; } = 10_000;

    /// <summary>
    /// Most requests from other processes that may wait on this host, all activations together. One activation may have
    /// as many of them waiting as places are free, so a flood leaves room for others; one more is refused at once with
    /// <see cref="LimitExceededException"/>. Default 100 000, some 50 MB of small messages. 1 or more.
    /// </summary>
    public int MaxWaitingRemote { get; set; } = 100_000;

    /// <summary>
    /// How long an activation may be idle. Default 15 min; at least one <see cref="CollectionQuantum"/>.
    /// </summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often idle activations are looked for. Default 1 min; longer than zero.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>After this the token of <c>OnActivateAsync</c> is cancelled. Default 30 s; longer than zero.</summary>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After this the token of <c>OnDeactivateAsync</c> is cancelled. Default 30 s; longer than zero.
    /// </summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stop waits for running requests and deactivations. Default 30 s; zero or longer.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often due reminders are looked for. Default 1 s; longer than zero.</summary>
    public TimeSpan ReminderPollPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most reminders taken from the table at once. Default 100; 1 or more.</summary>
    public int ReminderBatch { get; set; } = 100;

    /// <summary>The shortest period of a reminder. Default 1 min; longer than zero.</summary>
    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether a failure that goes to another process takes its stack along. Default true. False where nothing may
    /// depend on how the runtime compiled a method: a stack has fewer lines once calls in it are inlined.
    /// </summary>
    public bool SendsStacks { get; set; } = true;

    /// <summary>Every value out of its range, by name; empty when all are fine.</summary>
    internal IEnumerable<string> Mistakes()
    {
        if (ResponseTimeout <= TimeSpan.Zero && ResponseTimeout != Timeout.InfiniteTimeSpan)
        {
            yield return $"{nameof(ResponseTimeout)} is {ResponseTimeout}; it must be longer than zero, or infinite.";
        }

        if (SweepPeriod < TimeSpan.FromMilliseconds(1) || SweepPeriod > TimeSpan.FromSeconds(1))
        {
            yield return $"{nameof(SweepPeriod)} is {SweepPeriod}; it must be from 1 ms to 1 s.";
        }

        if (CollectionAge < CollectionQuantum)
        {
            yield return $"{nameof(CollectionAge)} is {CollectionAge}; it must be {nameof(CollectionQuantum)} or more.";
        }

        foreach (var (name, value) in new[]
        {
            (nameof(CollectionQuantum), CollectionQuantum), (nameof(ActivationTimeout), ActivationTimeout),
            (nameof(DeactivationTimeout), DeactivationTimeout), (nameof(ReminderPollPeriod), ReminderPollPeriod),
            (nameof(MinimumReminderPeriod), MinimumReminderPeriod),
        })
        {
            if (value <= TimeSpan.Zero)
            {
                yield return $"{name} is {value}; it must be longer than zero.";
            }
        }

        if (StopTimeout < TimeSpan.Zero)
        {
            yield return $"{nameof(StopTimeout)} is {StopTimeout}; it must be zero or longer.";
        }

        foreach (var (name, value) in new[]
        {
            (nameof(MaxWaitingPerActivation), MaxWaitingPerActivation), (nameof(MaxWaitingRemote), MaxWaitingRemote),
            (nameof(ReminderBatch), ReminderBatch),
        })
        {
            if (value < 1)
            {
                yield return $"{name} is {value}; it must be 1 or more.";
            }
        }
    }
}
