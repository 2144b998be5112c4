using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;

namespace Sluice.Properties.Codecs;

/// <summary>Draws messages; the same from the same seed.</summary>
internal sealed class Dice(int seed)
{
    private const string Alphabet = "ab/\0é日\U0001F680 %:";

    private readonly Random _random = new(seed);

    public int Up(int most) => _random.Next(most + 1);

    public bool OneIn(int n) => _random.Next(n) == 0;

    public byte[] Bytes(int lengthMost)
    {
        var bytes = new byte[Up(lengthMost)];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Near a power of two, where the lengths of numbers change, or at the ends.</summary>
    public long Long() => (1L << Up(63)) - 1 + Up(2) is var near && OneIn(2) ? near : ~near;

    public string Text()
    {
        var runes = Alphabet.EnumerateRunes().ToArray();
        var text = new StringBuilder();
        for (var length = OneIn(10) ? Up(200) : Up(6); length > 0; length--)
        {
            text.Append(runes[_random.Next(runes.Length)].ToString());
        }

        return text.ToString();
    }

    public string? TextOrNull() => OneIn(4) ? null : Text();

    public Pair Pair() => OneIn(4) ? default : new((int)Long(), TextOrNull());

    /// <param name="depth">Messages in one another, this one counted.</param>
    public Message Message(int depth = 3) => new()
    {
        Long = Some(Long),
        Unsigned = Some(() => (ulong)Long()),
        Int = Some(() => (int)Long()),
        Bool = OneIn(2),
        Color = Some(() => (Color)Long()),
        Text = TextOrNull(),
        Bytes = Maybe(() => Bytes(100)),
        Double = Some(() => BitConverter.Int64BitsToDouble(Long())),
        Single = Some(() => (float)BitConverter.Int64BitsToDouble(Long())),
        Half = Some(() => (Half)(Up(2_000) / 8f)),
        Decimal = Some(() => new decimal((int)Long(), (int)Long(), (int)Long(), OneIn(2), (byte)Up(28))),
        Guid = Some(() => new Guid([.. Bytes(0), .. BitConverter.GetBytes(Long()), .. BitConverter.GetBytes(Long())])),
        Time = Some(() => new DateTime(Ticks(), (DateTimeKind)Up(2))),
        Moment = Some(() => new DateTimeOffset(Ticks(), TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(Up(1_680) - 840))),
        Span = Some(() => new TimeSpan(Long())),
        Wide = Some(() => new Int128((ulong)Long(), (ulong)Long())),
        WideUnsigned = Some(() => new UInt128((ulong)Long(), (ulong)Long())),
        Big = Some(() => new BigInteger(Bytes(40))),
        Maybe = OneIn(2) ? null : (int)Long(),
        Pair = Pair(),
        Pairs = Many(Pair),
        Inner = depth > 1 ? Maybe(() => Message(depth - 1)) : null,
        Messages = depth > 1 && OneIn(2) ? [.. Many(() => Maybe(() => Message(depth - 2)))] : default,
        ByName = Maybe(() => Map(Text, () => Maybe(() => Many(LongOrNull).ToImmutableList()))),
        Names = Maybe(() => Many(TextOrNull).ToHashSet()),
        Frozen = Maybe(() => Map(Pair, Text).ToFrozenDictionary()),
        Sorted = Maybe(() => Map(() => (int)Long(), () => (0.5, TextOrNull())).ToImmutableSortedDictionary()),
        Grain = Some(() => new GrainId(GrainType.Create("worker"), IdSpan.Create(Text()))),
        Uri = Maybe(() => new Uri(OneIn(2) ? "https://host:81/a%20b" : "x/y", UriKind.RelativeOrAbsolute)),
        Version = Maybe(() => new Version(Up(300), Up(9))),
    };

    private long? LongOrNull() => OneIn(3) ? null : Long();

    /// <summary>Not within a day of either end, so that any offset fits.</summary>
    private long Ticks() =>
        TimeSpan.TicksPerDay + _random.NextInt64(DateTime.MaxValue.Ticks - 2 * TimeSpan.TicksPerDay);

    /// <summary>Half of the members are left as they are, for what is left out must come back as well.</summary>
    private T? Some<T>(Func<T> draw) => OneIn(2) ? default : draw();

    private T? Maybe<T>(Func<T> draw)
        where T : class? => OneIn(2) ? null : draw();

    private T[] Many<T>(Func<T> draw) => [.. Enumerable.Range(0, Up(OneIn(8) ? 40 : 3)).Select(_ => draw())];

    private Dictionary<TKey, TValue> Map<TKey, TValue>(Func<TKey> key, Func<TValue> value)
        where TKey : notnull =>
        Many(key).Distinct().ToDictionary(drawn => drawn, _ => value());
}
