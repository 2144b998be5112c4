using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>When a grain that could not be reached is asked again.</summary>
internal static class Repeat
{
    public static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(10);
    public static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(250);

    private const int PendingPerDoubling = 4;
    private static readonly TimeSpan PendingMax = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The pause before the next try: 10 ms, doubled with every failure up to 250 ms, less up to half of it. How much
    /// less follows from the request's id, so that requests which failed together come back one by one.
    /// </summary>
    /// <param name="failures">Tries that have failed; 1 or more.</param>
    /// <param name="requestId">The request.</param>
    public static TimeSpan PauseAfter(int failures, RequestId requestId)
    {
        var doublings = Math.Min(failures - 1, 10); // Far past the longest pause, and far from overflow.
        var longest = Math.Min(PauseMin.Ticks << doublings, PauseMax.Ticks);
        return new TimeSpan(longest - (long)(Drawn(requestId, failures) % (ulong)(longest / 2 + 1)));
    }

    /// <summary>
    /// The pause before an owner is asked again that could not decide yet: what it said, which is about what a write
    /// takes; doubled with every fourth such answer in a row, up to 100 ms, for then its database is slow or away, and
    /// is not helped by everybody asking two hundred times a second.
    /// </summary>
    /// <param name="said">What the owner said; a longer one stays.</param>
    /// <param name="pending">Such answers so far; 1 or more.</param>
    public static TimeSpan PauseWhilePending(TimeSpan said, int pending)
    {
        var doublings = Math.Min((pending - 1) / PendingPerDoubling, 10);
        var pause = new TimeSpan(Math.Min(said.Ticks << doublings, PendingMax.Ticks));
        return pause > said ? pause : said;
    }

    /// <summary>
    /// From so long to three times as long. How much longer follows from the request's id, so that clients which were
    /// refused together come back one by one.
    /// </summary>
    public static TimeSpan SpreadAfter(TimeSpan least, RequestId requestId) =>
        new(least.Ticks + (long)(Drawn(requestId, 0) % (ulong)(2 * least.Ticks + 1)));

    private static ulong Drawn(RequestId requestId, int failures) =>
        Mixed((ulong)requestId.EdgeSession + Mixed((ulong)requestId.Sequence + Mixed((ulong)failures)));

    /// <summary>SplitMix64: neighbours in, strangers out.</summary>
    private static ulong Mixed(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
