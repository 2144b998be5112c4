using System.Text;
using System.Text.Json.Nodes;
using Sluice.Edge.Calls;
using Xunit;

namespace Sluice.Unit.Edge.Calls;

public sealed class UsageAskingTests
{
    [Theory]
    [InlineData("""{"model":"m","stream":true}""",
        """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""")]
    [InlineData("{\"model\":\"m\",\"stream\":true\n}\n ",
        "{\"model\":\"m\",\"stream\":true\n,\"stream_options\":{\"include_usage\":true}}\n ")]
    [InlineData("""{"model":"m","stream":true,"stream_options":{ }}""",
        """{"model":"m","stream":true,"stream_options":{"include_usage":true }}""")]
    [InlineData("""{"stream_options":{"x":1},"model":"m","stream":true}""",
        """{"stream_options":{"include_usage":true,"x":1},"model":"m","stream":true}""")]
    [InlineData("""{"stream_options":{"x":1,"include_usage":false },"stream":true,"model":"m"}""",
        """{"stream_options":{"x":1,"include_usage":true },"stream":true,"model":"m"}""")]
    [InlineData(
        """{"model":"m","stream_options": null ,"stream":true}""",
        """{"model":"m","stream_options": {"include_usage":true} ,"stream":true}""")]
    public void A_stream_asks_for_its_usage_and_nothing_else_changes(string body, string expected) =>
        Assert.Equal(expected, Asked(body));

    [Theory]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"model":"m","stream":false}""")]
    [InlineData("""{"model":"m","stream":false,"stream_options":null}""")]
    [InlineData("""{"model":"m","stream":null,"stream_options":{"include_usage":false}}""")]
    [InlineData("""{"model":"m","stream":true,"stream_options":{"include_usage":true}}""")]
    public void What_asks_already_or_is_no_stream_stays_as_it_is(string body) => Assert.Equal(body, Asked(body));

    /// <summary>Guards what a client meant: of any body, the pool gets the same one with the one member set.</summary>
    [Fact]
    public void Any_body_means_the_same_but_for_the_usage()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var body = new BodyWriter(new Random(seed)).Write();

            var asked = JsonNode.Parse(Asked(body));

            Assert.True(JsonNode.DeepEquals(Expected(body), asked), $"Seed {seed}: {body} became {asked}.");
        }
    }

    private static string Asked(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var facts = CallBodyReader.Read(bytes, out var mistake);
        Assert.Null(mistake);
        byte[] buffer = [.. bytes, .. Enumerable.Repeat((byte)'#', UsageAsking.GrowthMax)];

        var length = UsageAsking.Ask(buffer, bytes.Length, facts!.Value);

        Assert.InRange(length, bytes.Length - 1, bytes.Length + UsageAsking.GrowthMax);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static JsonNode Expected(string body)
    {
        var node = JsonNode.Parse(body)!;
        if (node["stream"]?.GetValue<bool>() is true)
        {
            node["stream_options"] ??= new JsonObject();
            node["stream_options"]!["include_usage"] = true;
        }

        return node;
    }

    /// <summary>Writes bodies that are right in every way that a client could find.</summary>
    private sealed class BodyWriter(Random random)
    {
        private static readonly string[] Values =
        [
            "1", "-1.5e3", "true", "null", "\"\"", "\"}\"", "\"{\\\"stream\\\":true\"", "\"\\\\\"", "[]", "[1,[2]]",
            "{}", "{\"model\":\"x\",\"stream_options\":{\"include_usage\":false}}", "\"\\ud83d\\ude00 中\"",
        ];

        public string Write()
        {
            var members = new List<string> { Member("model", "\"m\"") };
            if (random.Next(4) > 0)
            {
                members.Add(Member("stream", Pick("true", "true", "true", "false", "null")));
            }

            if (random.Next(2) > 0)
            {
                var usage = Pick("", "true", "false") is { Length: > 0 } value ? Member("include_usage", value) : null;
                members.Add(Member("stream_options", Object([.. Others(2), .. usage is null ? [] : new[] { usage }])));
            }

            return Space() + Object([.. Others(4), .. members]) + Space();
        }

        private IEnumerable<string> Others(int most) =>
            Enumerable.Range(0, random.Next(most)).Select(i => Member($"other{i}", Pick(Values)));

        private string Object(string[] members)
        {
            random.Shuffle(members);
            return $"{{{Space()}{string.Join($"{Space()},{Space()}", members)}{Space()}}}";
        }

        private string Member(string name, string value)
        {
            var at = random.Next(name.Length);
            var written = random.Next(3) > 0 ? name : $"{name[..at]}\\u{(int)name[at]:x4}{name[(at + 1)..]}";
            return $"\"{written}\"{Space()}:{Space()}{value}";
        }

        private string Space() => Pick("", "", " ", "\n", "\t \r\n");

        private string Pick(params string[] from) => from[random.Next(from.Length)];
    }
}
