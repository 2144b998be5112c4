using System.Text;
using Sluice.Edge.Calls;
using Sluice.Edge.Usage;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Usage;

public sealed class DocumentRelayTests
{
    private const string Small = """{"choices":[{}],"usage":{"prompt_tokens":3,"completion_tokens":5}}""";

    private readonly ManualTime _time = new();
    private readonly Exchange _exchange = new();
    private readonly ModelCall _call = Some.Call();

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_small_document_is_relayed_with_its_length_and_its_usage_counted(int pieceLength)
    {
        var reason = await Relay(InPieces(Small, pieceLength));

        Assert.Null(reason);
        Assert.Equal(Small, _exchange.Text);
        Assert.Equal(Small.Length, _exchange.Context.Response.ContentLength);
        Assert.Equal(new TokenUsage(3, 5), _call.Usage);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3 * DocumentRelay.BytesRead)]
    public async Task Embeddings_of_any_size_have_their_usage_counted(int numbers)
    {
        var data = string.Concat(Enumerable.Repeat("1,", numbers));
        var document = $$$"""{"data":[{{{data}}}0],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}""";

        Assert.Null(await Relay(InPieces(document, 5_000)));

        Assert.Equal(document, _exchange.Text);
        Assert.Equal(new TokenUsage(3, 0), _call.Usage);
    }

    [Fact]
    public async Task A_large_document_that_breaks_off_says_no_usage()
    {
        var document = $$$"""{"data":[{{{new string('1', DocumentRelay.BytesRead)}}}],"usage":{"prompt_tokens":3}}""";

        Assert.Equal("Broken", await Relay(new PoolStream(Utf8(document), PoolEnd.Broken)));

        Assert.Equal(default, _call.Usage);
    }

    [Fact]
    public async Task The_text_of_an_answer_is_counted_for_pools_that_say_no_usage()
    {
        await Relay(new PoolStream(Utf8("""{"choices":[{"message":{"content":"a longer answer"}}]}""")));

        Assert.Equal((default, 4L), (_call.Usage, _call.Streamed.Tokens));
    }

    [Fact]
    public async Task An_error_of_the_pool_uses_nothing()
    {
        await Relay(new PoolStream(Utf8(Small)), success: false);

        Assert.Equal(Small, _exchange.Text);
        Assert.Equal(default, _call.Usage);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"choices":[""")]
    [InlineData("[]")]
    public async Task Garbage_becomes_an_error_and_leaves_the_connection_good(string document)
    {
        var reason = await Relay(new PoolStream(Utf8(document)));

        Assert.Null(reason);
        Assert.Equal((502, "pool_bad_answer"), (_exchange.Status, _exchange.Code));
    }

    [Fact]
    public async Task A_small_document_that_breaks_off_becomes_an_error()
    {
        var reason = await Relay(new PoolStream(Utf8("""{"choices":["""), PoolEnd.Broken));

        Assert.Equal("Broken", reason);
        Assert.Equal((502, "pool_connection_lost"), (_exchange.Status, _exchange.Code));
        Assert.False(_exchange.Cut);
    }

    [Fact]
    public async Task A_pool_that_falls_silent_is_given_up_after_its_time()
    {
        var stream = new PoolStream(Utf8("""{"choices":["""), PoolEnd.Silent);
        var relay = Relay(stream);
        await stream.BeginsSilence.Within();

        _time.Advance(Some.Pool.IdleTimeout);

        Assert.Equal("Idle", await relay.Within());
        Assert.Equal((504, "pool_timeout"), (_exchange.Status, _exchange.Code));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    public async Task A_large_document_passes_as_it_is(int bytesMore)
    {
        var large = new string('x', DocumentRelay.BytesRead + bytesMore);

        var reason = await Relay(InPieces(large, 100_000));

        Assert.Null(reason);
        Assert.Equal(large, _exchange.Text);
        Assert.Equal(default, _call.Usage);
    }

    /// <summary>Guards against half a document that looks whole.</summary>
    [Fact]
    public async Task A_large_document_that_breaks_off_cuts_the_connection()
    {
        var reason = await Relay(new PoolStream(Utf8(new string('x', DocumentRelay.BytesRead + 1)), PoolEnd.Broken));

        Assert.Equal("Broken", reason);
        Assert.True(_exchange.Cut);
    }

    [Fact]
    public async Task A_client_that_hangs_up_ends_the_reading()
    {
        var stream = new PoolStream(Utf8("{"), PoolEnd.Broken);
        _exchange.HangUp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Relay(stream));

        Assert.Empty(_exchange.Answer);
    }

    /// <summary>Guards against a pool whose stated length does not fit what it sends.</summary>
    [Theory]
    [InlineData(0, 10)]
    [InlineData(7, 10)]
    [InlineData(long.MaxValue, 10)]
    [InlineData(1, 30_000)]
    [InlineData(1, DocumentRelay.BytesRead)]
    public async Task What_a_pool_says_of_its_length_changes_nothing(long length, int numbers)
    {
        var data = string.Concat(Enumerable.Repeat("1,", numbers));
        var document = $$$"""{"data":[{{{data}}}0],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}""";

        Assert.Null(await Relay(InPieces(document, 5_000), length: length));

        Assert.Equal(document, _exchange.Text);
        Assert.Equal(new TokenUsage(3, 0), _call.Usage);
    }

    private Task<string?> Relay(PoolStream stream, bool success = true, long? length = null) =>
        DocumentRelay.RelayAsync(_exchange.Context, _call, stream.AsBody(_time), length, success);

    private static PoolStream InPieces(string document, int pieceLength) =>
        new(Encoding.UTF8.GetBytes(document).Chunk(pieceLength).Select(piece => (ReadOnlyMemory<byte>)piece));

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
