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

    public static void Holds<T>(Gen<T> cases, Action<T> asserts, int tests = 2_000) =>
        Prop.ForAll(cases.ToArbitrary(), asserts).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
}
