using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Actors.Codecs;
using Sluice.Actors.Hosting;
using Sluice.Actors.Wire;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors.Wire;

public sealed class HandshakeTests
{
    private static readonly ClusterTls Plain =
        new(new ClusterTlsOptions(), new WireLog(NullLogger.Instance));

    private static readonly Greeting Silo = Handshake.GreetingOf("sluice", 7, "seven");

    private static readonly Dictionary<string, Greeting> Strangers = new()
    {
        ["check Cluster:Id"] = Silo with { ClusterId = "other" },
        ["upgrade in smaller steps"] = Silo with { Newest = 9, Oldest = 2 },
        ["no sense: a number below zero"] = Silo with { SiloId = -1 },
        ["no sense: a forged line"] = Silo with { Name = "a\nforged line" },
        ["no sense: a long name"] = Silo with { Name = new string('x', 1000) },
    };

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(5, 0, 1)]
    public async Task Versions_that_overlap_agree_on_the_newest_common_one(int newest, int oldest, int agreed)
    {
        var (near, far) = MemoryStreams.Pair();
        var welcome = Handshake.WelcomeAsync(near, Silo, Plain, CancellationToken.None);

        var peer = await Handshake.GreetAsync(
            far, Silo with { Newest = newest, Oldest = oldest, SiloId = 0, Name = "edge" },
            CancellationToken.None).Within();

        Assert.Equal(new Peer(7, "seven", agreed), peer);
        Assert.Equal(new Peer(0, "edge", agreed), await welcome.Within());
    }

    [Theory]
    [InlineData("check Cluster:Id")]
    [InlineData("upgrade in smaller steps")]
    [InlineData("no sense: a number below zero")]
    [InlineData("no sense: a forged line")]
    [InlineData("no sense: a long name")]
    public async Task A_stranger_gets_nothing_and_hears_what_to_check(string reason)
    {
        var (near, far) = MemoryStreams.Pair();
        var greet = Handshake.GreetAsync(far, Strangers[reason], CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<HandshakeException>(
            () => Handshake.WelcomeAsync(near, Silo, Plain, CancellationToken.None).Within());
        await near.DisposeAsync();

        Assert.Contains(reason.Split(':')[0], refusal.Message, StringComparison.Ordinal);
        var heard = await Assert.ThrowsAsync<HandshakeException>(() => greet.Within());
        Assert.Contains("without a word: another Cluster:Id", heard.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("474554202F20485454502F312E310D0A")] // GET / HTTP/1.1
    [InlineData("16030100FA010000")] // A TLS hello.
    [InlineData("0000000000")]
    [InlineData("0110000001")] // One byte more than may be.
    [InlineData("FFFFFFFF01")]
    [InlineData("0200000002FF")] // The other side's word.
    [InlineData("0200000001FF")]
    [InlineData("020000000104")]
    public async Task What_is_no_greeting_is_turned_away_without_a_word(string hex)
    {
        var (near, far) = MemoryStreams.Pair();
        await far.WriteAsync(Convert.FromHexString(hex), TestContext.Current.CancellationToken);
        await far.WriteAsync(new byte[8], TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<HandshakeException>(
            () => Handshake.WelcomeAsync(near, Silo, Plain, CancellationToken.None).Within());
        await near.DisposeAsync();

        Assert.Equal(0, await far.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().Within());
    }

    [Fact]
    public async Task Who_says_nothing_is_given_up()
    {
        var (near, _) = MemoryStreams.Pair();
        using var patience = new CancellationTokenSource();
        var welcome = Handshake.WelcomeAsync(near, Silo, Plain, patience.Token);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => welcome.Within());
    }

    [Fact]
    public void A_greeting_keeps_its_bytes()
    {
        using var buffer = new WireBuffer();
        Frames.WritePayload(buffer, FrameKind.Hello, Silo with { ClusterId = "c", Name = "n" });

        Assert.Equal(
            "0F000000" + "01" + "04" + "0002" + "0802" + "130163" + "180E" + "23016E" + "05",
            Convert.ToHexString(buffer.Array.AsSpan(0, buffer.Length)));
    }
}
