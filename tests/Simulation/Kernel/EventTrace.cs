using System.Globalization;

namespace Sluice.Simulation.Kernel;

/// <summary>
/// What happened in a run: a hash over every step and every event, and the last events in words. Two runs of one seed
/// have the same hash, or something depends on more than the seed.
/// </summary>
internal sealed class EventTrace
{
    private const int Kept = 60;
    private const ulong Prime = 1099511628211;

    private readonly Queue<string> _last = new();
    private readonly Action<string>? _writer;
    private ulong _hash = 14695981039346656037;

    /// <param name="writer">Takes every event in words; null when nobody reads them.</param>
    internal EventTrace(Action<string>? writer) => _writer = writer;

    internal Func<long> Clock { get; set; } = () => 0;

    /// <summary>Whether somebody reads along: what is not part of the hash is then said too.</summary>
    internal bool IsRead => _writer is not null;

    internal string Hash => _hash.ToString("x16", CultureInfo.InvariantCulture);

    internal long Events { get; private set; }

    internal IReadOnlyCollection<string> Last => _last;

    internal void Step(long process, long now) => Mix(((ulong)process << 48) ^ (ulong)now);

    /// <summary>An event: part of the hash.</summary>
    internal void Note(string who, string what)
    {
        Events++;
        foreach (var character in what)
        {
            Mix(character);
        }

        var line = $"{SimulatedWorld.Text(Clock())} {who}: {what}";
        _last.Enqueue(line);
        if (_last.Count > Kept)
        {
            _last.Dequeue();
        }

        _writer?.Invoke(line);
    }

    /// <summary>Something for whoever reads along, and for nobody else.</summary>
    internal void Aside(string who, string what) => _writer?.Invoke($"{SimulatedWorld.Text(Clock())}   {who}: {what}");

    private void Mix(ulong value) => _hash = (_hash ^ value) * Prime;
}
