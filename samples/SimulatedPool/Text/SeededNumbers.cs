namespace Sluice.SimulatedPool.Text;

/// <summary>Numbers that follow from a seed alone (SplitMix64), the same on every machine.</summary>
internal struct SeededNumbers(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Evenly spread over all 64-bit numbers.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var value = _state;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>Evenly spread over 0 to <paramref name="count"/> − 1.</summary>
    /// <param name="count">1 or more.</param>
    public int Below(int count) => (int)(Next() % (ulong)count);

    /// <summary>Evenly spread from −1 to 1.</summary>
    public float Signed() => (float)((long)Next() / (double)long.MaxValue);
}
