using System.Numerics;
using System.Runtime.InteropServices;
using Sluice.Actors.Calls;

namespace Sluice.Actors.Introspection;

/// <summary>
/// How many calls run on one host, and how long they take. Every call is counted, a batch of turns at a time; one in
/// <see cref="SampleEvery"/> is measured, because reading the clock three times costs more than all the rest of it.
/// </summary>
internal sealed class CallStatistics
{
    /// <summary>A prime: callers who repeat a pattern of calls must not have the same one measured each time.</summary>
    internal const int SampleEvery = 17;

    /// <summary>What is reported is the last one to two of these.</summary>
    internal static readonly TimeSpan WindowLength = TimeSpan.FromSeconds(5);

    private const int StripesMost = 64;

    /// <summary>Two cache lines: processors fetch them in pairs, and two of them must not share one.</summary>
    private const int StripeBytes = 128;

    [ThreadStatic]
    private static int _untilSample;

    private readonly TimeProvider _time;
    private readonly Stripe[] _stripes;
    private long _failed;
    private volatile Window _current;
    private volatile Window _previous;

    internal CallStatistics(TimeProvider time)
    {
        _time = time;
        var stripes = Math.Min(StripesMost, BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount));
        _stripes = new Stripe[stripes];
        _current = _previous = new Window(time.GetTimestamp(), 0, 0);
    }

    /// <summary>Decides whether the call is measured, and notes when it was made.</summary>
    internal void Begin(GrainCall call, bool alwaysTimed)
    {
        var sampled = --_untilSample < 0;
        call.Sampled = sampled;
        if (sampled)
        {
            _untilSample = SampleEvery - 1;
        }

        call.StartedTimestamp = sampled || alwaysTimed ? _time.GetTimestamp() : -1;
    }

    /// <summary>So many calls have begun to run.</summary>
    internal void Ran(int calls) =>
        Interlocked.Add(ref _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)].Calls, calls);

    internal void Failed() => Interlocked.Increment(ref _failed);

    /// <summary>A call that is measured has waited long enough.</summary>
    internal void Waited(GrainCall call) => _current.Waited.Record(_time.GetElapsedTime(call.StartedTimestamp));

    /// <summary>A call that is measured has its answer.</summary>
    internal void Answered(GrainCall call) => _current.Latency.Record(_time.GetElapsedTime(call.StartedTimestamp));

    /// <summary>Begins the next window when this one is over. Called by one thread at a time.</summary>
    internal void Roll()
    {
        if (_time.GetElapsedTime(_current.Started) >= WindowLength)
        {
            _previous = _current;
            _current = new Window(_time.GetTimestamp(), CountCalls(), Volatile.Read(ref _failed));
        }
    }

    internal CallFigures Read()
    {
        var (current, since) = (_current, _previous);
        var seconds = _time.GetElapsedTime(since.Started).TotalSeconds;
        var (latency, waited) = (new DurationHistogram(), new DurationHistogram());
        foreach (var window in new[] { since, current }.Distinct())
        {
            latency.Add(window.Latency);
            waited.Add(window.Waited);
        }

        return new CallFigures(
            seconds > 0 ? (CountCalls() - since.CallsBefore) / seconds : 0,
            seconds > 0 ? (Volatile.Read(ref _failed) - since.FailedBefore) / seconds : 0,
            latency.Read(), waited.Read());
    }

    private long CountCalls()
    {
        var calls = 0L;
        foreach (ref var stripe in _stripes.AsSpan())
        {
            calls += Volatile.Read(ref stripe.Calls);
        }

        return calls;
    }

    [StructLayout(LayoutKind.Sequential, Size = StripeBytes)]
    private struct Stripe
    {
        internal long Calls;
    }

    private sealed class Window(long started, long callsBefore, long failedBefore)
    {
        internal long Started => started;

        internal long CallsBefore => callsBefore;

        internal long FailedBefore => failedBefore;

        internal DurationHistogram Latency { get; } = new();

        internal DurationHistogram Waited { get; } = new();
    }
}

/// <summary>What the statistics say of the last seconds.</summary>
internal readonly record struct CallFigures(
    double CallsPerSecond, double FailuresPerSecond, Durations Latency, Durations Waited);
