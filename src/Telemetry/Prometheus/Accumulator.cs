namespace Sluice.Telemetry.Prometheus;

/// <summary>A number that any thread may change at any time, without a lock.</summary>
internal struct Accumulator
{
    private double _value;

    public readonly double Value => Volatile.Read(in _value);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double amount)
    {
        var seen = Volatile.Read(in _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + amount, seen);

            // Compared by bits: NaN is not equal to itself, and an endless loop would be the price of one.
            if (BitConverter.DoubleToInt64Bits(before) == BitConverter.DoubleToInt64Bits(seen))
            {
                return;
            }

            seen = before;
        }
    }
}
