using System.Text.RegularExpressions;
using Xunit;

namespace Sluice.Unit.Tidy;

/// <summary>Rules about the source itself, checked by reading it. A convention that no test checks is a wish.</summary>
public sealed partial class SourceTests
{
    private const int LinesMax = 400;
    private const int ColumnsMax = 120;

    /// <summary>
    /// Words of the field that stand for a concept that has another name here. One concept, one name, everywhere: code,
    /// wire, database and documents.
    /// </summary>
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["customer"] = "tenant or client",
        ["consumer"] = "client",
        ["apiClient"] = "client",
        ["virtualKey"] = "key",
        ["keyRevision"] = "key version",
        ["subscriptionPlan"] = "plan",
        ["rateLimiter"] = "limit",
        ["permit"] = "slot",
        ["lease"] = "slot, or chunk",
        ["gatewayNode"] = "edge",
        ["backend"] = "pool",
        ["modelPool"] = "pool",
        ["providerCredential"] = "provider key",
        ["allowance"] = "quota",
    };

    [Fact]
    public void Rules_are_pure() => Tidy.NoMistakes(
        from file in SourceTree.Files("src/Rules")
        from line in Numbered(file)
        where Impure().IsMatch(line.Text)
        select $"{file}:{line.Number}: {line.Text.Trim()}");

    /// <summary>Nobody reviews the second half of a longer file.</summary>
    [Fact]
    public void No_file_is_longer_than_400_lines() => Tidy.NoMistakes(
        from file in Sources()
        let lines = SourceTree.Lines(file).Count
        where lines > LinesMax
        select $"{file}: {lines} lines; {LinesMax} is the most.");

    [Fact]
    public void No_line_is_longer_than_120_columns() => Tidy.NoMistakes(
        from file in Sources()
        from line in Numbered(file)
        where line.Text.Length > ColumnsMax
        select $"{file}:{line.Number}: {line.Text.Length} columns; {ColumnsMax} is the most.");

    [Fact]
    public void A_concept_has_one_name() => Tidy.NoMistakes(
        from file in Sources().Where(file => !file.EndsWith("/Tidy/SourceTests.cs", StringComparison.Ordinal))
        from line in Numbered(file)
        where !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal)
        from Match word in Words().Matches(line.Text)
        where OtherNames.ContainsKey(word.Value)
        select $"{file}:{line.Number}: '{word.Value}' is called {OtherNames[word.Value]} here.");

    /// <summary>
    /// A promise in the README that no test shows is a wish; each names the text that finds its tests.
    /// </summary>
    [Fact]
    public void Every_promise_is_shown_by_a_test()
    {
        var tests = string.Join(Environment.NewLine, SourceTree.Files("tests").SelectMany(file =>
            SourceTree.Lines(file).Where(line => line.Contains("public ", StringComparison.Ordinal)).Append(file)));
        var promises = SourceTree.Lines("README.md")
            .SkipWhile(line => !line.StartsWith("| promise ", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|')[3].Trim().Trim('`'))
            .ToList();

        Assert.NotEmpty(promises);
        Tidy.NoMistakes(
            from filter in promises
            where !tests.Contains(filter.Replace('.', '/'), StringComparison.Ordinal)
            select $"README.md promises something that no test named '{filter}' shows.");
    }

    /// <summary>Operators find a message by its number, and alerts count it.</summary>
    [Fact]
    public void A_log_message_has_a_number_of_its_own() => Tidy.NoMistakes(
        from message in from file in SourceTree.Files("src")
                        from line in Numbered(file)
                        let match = LogMessage().Match(line.Text)
                        where match.Success
                        select (Number: match.Groups[1].Value, Place: $"{file}:{line.Number}")
        group message.Place by message.Number into places
        where places.Count() > 1
        select $"{places.Key}: {string.Join(", ", places)}");

    /// <summary>The tests of tests: a skipped or sleeping test proves nothing.</summary>
    [Fact]
    public void No_test_sleeps_or_is_skipped_in_the_source() => Tidy.NoMistakes(
        from file in SourceTree.Files("tests")
        where !file.EndsWith("/Tidy/SourceTests.cs", StringComparison.Ordinal)
        from line in Numbered(file)
        where Sleeping().IsMatch(line.Text)
        select $"{file}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void Nothing_is_left_undone() => Tidy.NoMistakes(
        from file in Sources().Where(file => !file.EndsWith("/Tidy/SourceTests.cs", StringComparison.Ordinal))
        from line in Numbered(file)
        where Undone().IsMatch(line.Text)
        select $"{file}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void Grain_code_has_no_conditional_compilation() => Tidy.NoMistakes(
        from file in SourceTree.Files("src/Grains").Concat(SourceTree.Files("src/Grains.Abstractions"))
        from line in Numbered(file)
        where line.Text.TrimStart().StartsWith("#if", StringComparison.Ordinal)
        select $"{file}:{line.Number}");

    private static IEnumerable<string> Sources() =>
        SourceTree.Files("src").Concat(SourceTree.Files("samples")).Concat(SourceTree.Files("tests"));

    private static IEnumerable<(int Number, string Text)> Numbered(string file) =>
        SourceTree.Lines(file).Select((text, index) => (index + 1, text));

    [GeneratedRegex(@"\[LoggerMessage\((\d+),")]
    private static partial Regex LogMessage();

    [GeneratedRegex(@"^using (Sluice\.(?!Rules)|Orleans|Microsoft|Npgsql|System\.(IO|Net|Threading))|"
        + @"\b(Grain|IGrain\w*|TimeProvider|ILogger|Random|RandomNumberGenerator|NewGuid)\b|"
        + @"\b(await|async|Task|ValueTask)\b")]
    private static partial Regex Impure();

    [GeneratedRegex(@"[A-Za-z_]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"Thread\.Sleep|Skip\s*=\s*""|Assert\.True\(true\)")]
    private static partial Regex Sleeping();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b")]
    private static partial Regex Undone();
}
