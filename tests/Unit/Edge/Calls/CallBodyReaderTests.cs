using System.Text;
using Sluice.Edge.Calls;
using Xunit;

namespace Sluice.Unit.Edge.Calls;

public sealed class CallBodyReaderTests
{
    private const string BadModel = "'model' must be a string of 1 to 256 characters.";
    private const string BadStream = "'stream' must be true or false.";
    private const string BadUsage = "'stream_options.include_usage' must be true or false, once.";

    [Fact]
    public void A_body_says_its_model_and_nothing_else_is_needed()
    {
        var facts = Read("""{"messages":[{"role":"user","content":"model"}],"model":"qwen"}""");

        Assert.Equal("qwen", facts.Model);
        Assert.False(facts.Stream);
        Assert.Null(facts.IncludeUsage);
    }

    [Theory]
    [InlineData("""{"mod\u0065l":"qwen","str\u0065am":true,"stream_\u006fptions":{"includ\u0065_usage":false}}""")]
    [InlineData("""{ "model" : "q\u0077en" , "stream" : true , "stream_options" : { "include_usage" : false } } """)]
    [InlineData("""{"stream_options":{"x":{"include_usage":7},"include_usage":false},"stream":true,"model":"qwen"}""")]
    public void Names_and_values_may_be_written_in_any_way_that_JSON_allows(string body)
    {
        var facts = Read(body);

        Assert.Equal("qwen", facts.Model);
        Assert.True(facts.Stream);
        Assert.False(facts.IncludeUsage);
    }

    [Theory]
    [InlineData("""{"model":"m","stream":null}""")]
    [InlineData("""{"model":"m","stream":false}""")]
    [InlineData("""{"model":"m","user":null}""")]
    public void A_stream_that_is_null_or_false_is_none(string body) => Assert.False(Read(body).Stream);

    [Theory]
    [InlineData("""{"model":"m"}""", false)]
    [InlineData("""{"model":"m","service_tier":null}""", false)]
    [InlineData("""{"model":"m","service_tier":"auto"}""", false)]
    [InlineData("""{"model":"m","service_tier":"default"}""", false)]
    [InlineData("""{"model":"m","service_tier":"flex"}""", false)]
    [InlineData("""{"model":"m","service_tier":"priority"}""", true)]
    [InlineData("""{"model":"m","service\u005ftier":"prior\u0069ty"}""", true)]
    [InlineData("""{"model":"m","service_tier":"fast"}""", true)]
    [InlineData("""{"model":"m","service_tier":"PRIORITY"}""", true)] // Who knows what a pool takes it for.
    [InlineData("""{"nested":{"service_tier":"priority"},"model":"m"}""", false)]
    public void Whoever_asks_for_a_tier_above_the_usual_ones_asks_for_priority(string body, bool expected) =>
        Assert.Equal(expected, Read(body).Priority);

    [Fact]
    public void A_body_without_a_model_is_read_and_has_none() =>
        Assert.Null(Read("""{"nested":{"model":"m"}}""").Model);

    [Theory]
    [InlineData("[]", "The body must be a JSON object.")]
    [InlineData("\"model\"", "The body must be a JSON object.")]
    [InlineData("null", "The body must be a JSON object.")]
    [InlineData("""{"model":7}""", BadModel)]
    [InlineData("""{"model":null}""", BadModel)]
    [InlineData("""{"model":["m"]}""", BadModel)]
    [InlineData("""{"model":""}""", BadModel)]
    [InlineData("""{"model":"m","stream":"true"}""", BadStream)]
    [InlineData("""{"model":"m","stream":1}""", BadStream)]
    [InlineData("""{"model":"m","stream":{}}""", BadStream)]
    [InlineData("""{"model":"m","service_tier":1}""", "'service_tier' must be a string.")]
    [InlineData(
        """{"model":"m","service_tier":"auto","service_tier":"fast"}""", "'service_tier' stands twice in the body.")]
    [InlineData("""{"model":"m","stream_options":[]}""", "'stream_options' must be an object.")]
    [InlineData("""{"model":"m","stream_options":true}""", "'stream_options' must be an object.")]
    [InlineData("""{"model":"m","stream_options":{"include_usage":"true"}}""", BadUsage)]
    [InlineData("""{"model":"m","stream_options":{"include_usage":null}}""", BadUsage)]
    [InlineData("""{"model":"m","stream_options":{"include_usage":true,"include_usage":true}}""", BadUsage)]
    public void A_value_of_the_wrong_kind_is_named(string body, string expected) =>
        Assert.Equal(expected, Mistake(body));

    /// <summary>Guards against a body of which the edge believes one half and the pool the other.</summary>
    [Theory]
    [InlineData("""{"model":"cheap","model":"dear"}""", "'model' stands twice in the body.")]
    [InlineData("""{"model":"cheap","mod\u0065l":"dear"}""", "'model' stands twice in the body.")]
    [InlineData("""{"model":"m","stream":true,"stream":true}""", "'stream' stands twice in the body.")]
    [InlineData(
        """{"model":"m","stream_options":{},"stream_options":{}}""", "'stream_options' stands twice in the body.")]
    public void A_name_that_decides_something_may_stand_only_once(string body, string expected) =>
        Assert.Equal(expected, Mistake(body));

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("   ", 1, 4)]
    [InlineData("\ufeff{\"model\":\"m\"}", 1, 1)]
    [InlineData("""{"model":"m"} x""", 1, 15)]
    [InlineData("""{"model":"m"}{"model":"m"}""", 1, 14)]
    [InlineData("""{"model":"m",}""", 1, 14)]
    [InlineData("""{"model":"m" """, 1, 14)]
    [InlineData("""{"model":'m'}""", 1, 10)]
    [InlineData("{\"model\":\"m\",\n // so\n}", 2, 2)]
    [InlineData("{\"model\":\"m\",\n\"n\": 01}", 2, 7)]
    public void What_is_not_JSON_is_refused_with_the_place_where_it_stops_being_so(string body, int line, int at) =>
        Assert.Equal(
            "We could not parse the JSON body of your request: it is malformed, or nested deeper than 64 levels, at "
            + $"line {line}, byte {at}.",
            Mistake(body));

    [Fact]
    public void A_body_may_be_64_levels_deep_and_no_deeper()
    {
        Assert.Equal("m", Read(Nested(64)).Model);
        Assert.StartsWith("We could not parse the JSON body", Mistake(Nested(65)), StringComparison.Ordinal);

        static string Nested(int depth) =>
            $$"""{"model":"m","x":{{new string('[', depth - 1)}}{{new string(']', depth - 1)}}}""";
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused_wherever_they_stand()
    {
        byte[] body = [.. "{\"model\":\"m\",\"x\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        Assert.Null(CallBodyReader.Read(body, out var mistake));

        Assert.Equal("The body is not valid UTF-8.", mistake);
    }

    [Fact]
    public void A_model_may_have_256_characters_however_long_they_are_written()
    {
        var longest = new string('m', 256);
        var escaped = string.Concat(Enumerable.Repeat("\\u4e2d", 256));

        Assert.Equal(longest, Read($$"""{"model":"{{longest}}"}""").Model);
        Assert.Equal(new string('中', 256), Read($$"""{"model":"{{escaped}}"}""").Model);
        Assert.Equal(BadModel, Mistake($$"""{"model":"{{longest}}m"}"""));
        Assert.Equal(BadModel, Mistake($$"""{"model":"{{escaped}}m"}"""));
        Assert.Equal(BadModel, Mistake($$"""{"model":"{{escaped}}{{escaped}}"}"""));
    }

    /// <summary>
    /// Guards against a 500 for what a client wrote: half of a surrogate pair is well-formed JSON and no text.
    /// </summary>
    [Theory]
    [InlineData("""{"model":"\ud800"}""")]
    [InlineData("""{"model":"m\udc00"}""")]
    [InlineData("""{"\ud800":1,"model":"m"}""")]
    [InlineData("""{"model":"m","stream_options":{"\ud800\ud800\ud800":1}}""")]
    public void Half_a_character_in_a_name_that_is_read_is_the_clients_mistake(string body) =>
        Assert.Equal("The body has an escape that is half a character (a lone surrogate).", Mistake(body));

    [Fact]
    public void Half_a_character_in_what_is_only_passed_on_is_not_looked_at() =>
        Assert.Equal("m", Read("""{"model":"m","messages":[{"\ud800":"\ud800"}],"user":"\ud800"}""").Model);

    /// <summary>Guards prompts: a mistake is answered, and answers are logged by clients.</summary>
    [Theory]
    [InlineData("""{"prompt":"GEHEIM" "model":"m"}""")]
    [InlineData("""{"GEHEIM" 1}""")]
    [InlineData("""{"model":GEHEIM}""")]
    [InlineData("""{"model":{"GEHEIM":1}}""")]
    [InlineData("""{"model":"m","stream":"GEHEIM"}""")]
    [InlineData("""{"model":"m","stream_options":"GEHEIM"}""")]
    [InlineData("""{"model":"m","stream_options":{"include_usage":"GEHEIM"}}""")]
    [InlineData("""{"model":"m"} GEHEIM""")]
    [InlineData("""{"model":"\ud800GEHEIM"}""")]
    public void No_mistake_repeats_what_the_body_says(string body) =>
        Assert.DoesNotContain("GEHEIM", Mistake(body), StringComparison.OrdinalIgnoreCase);

    private static CallBodyFacts Read(string body)
    {
        var facts = CallBodyReader.Read(Encoding.UTF8.GetBytes(body), out var mistake);
        Assert.Null(mistake);
        return facts!.Value;
    }

    private static string Mistake(string body)
    {
        Assert.Null(CallBodyReader.Read(Encoding.UTF8.GetBytes(body), out var mistake));
        return mistake!;
    }
}
