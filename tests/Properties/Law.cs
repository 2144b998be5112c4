using FsCheck;
using FsCheck.Fluent;

namespace Sluice.Properties;

/// <summary>
/// Checks that something holds for everything that can be drawn; a failure prints the case and its seed.
/// </summary>
internal static class Law
{
    public static void Holds<T>(Gen<T> cases, Func<T, bool> holds, int tests = 2_000) =>
        Prop.ForAll(cases.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));

    /// <summary>The same for histories, of which a failure prints the shortest that still fails.</summary>
    public static void Holds<T, TEvent>(
        Gen<T> cases, Gen<TEvent[]> histories, Action<T, TEvent[]> asserts, int tests = 2_000) =>
        Prop.ForAll(
            Arb.From(cases.Zip(histories), drawn => Shorter(drawn.Item2).Select(history => (drawn.Item1, history))),
            drawn => asserts(drawn.Item1, drawn.Item2)).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));

    public static void Holds<T>(Gen<T> cases, Action<T> asserts, int tests = 2_000) =>
        Prop.ForAll(cases.ToArbitrary(), asserts).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));

    /// <summary>Without a half, a quarter and so on down to a single event.</summary>
    private static IEnumerable<TEvent[]> Shorter<TEvent>(TEvent[] history)
    {
        for (var length = history.Length / 2; length > 0; length /= 2)
        {
            for (var from = 0; from + length <= history.Length; from += length)
            {
                yield return [.. history[..from], .. history[(from + length)..]];
            }
        }
    }
}
