using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;

namespace Sluice.Conformance.Calls;

/// <summary>What a caller gets, and when.</summary>
public sealed class OutcomeTests(SharedCluster cluster)
{
    private Board Board => cluster.Engine.Board;

    [Theory, Callers]
    public async Task A_message_arrives_as_it_was_sent_and_stays_as_it_was(Caller from)
    {
        var scene = await SetAsync(from);
        var enclosed = new Letter { From = "ü 中 \0", Stamp = Stamp.Express, Number = long.MinValue };
        var sent = new Letter
        {
            From = "", Number = -5, Sent = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 6, TimeSpan.FromHours(5)),
            Lifetime = TimeSpan.FromTicks(-1), Pages = ["one", ""], Enclosed = enclosed,
        };

        var (received, none) = await scene.CallAsync(async grains =>
        {
            var grain = grains.GetGrain<ICall>(scene.Key);
            return (await grain.Echo(sent), await grain.Echo(null));
        });

        Assert.Null(none);
        Assert.Equal(sent.Pages.AsEnumerable(), received!.Pages.AsEnumerable());
        Assert.Equal(sent.Enclosed.Pages.AsEnumerable(), received.Enclosed!.Pages.AsEnumerable());
        Assert.Equal(sent with { Pages = [], Enclosed = null }, received with { Pages = [], Enclosed = null });
        Assert.Equal(sent.Sent.Offset, received.Sent.Offset);
        Assert.Equal(enclosed with { Pages = [] }, received.Enclosed with { Pages = [] });
        Assert.Same(enclosed, sent.Enclosed);
        Assert.Equal(["one", ""], sent.Pages.AsEnumerable());
    }

    [Theory, Callers]
    public async Task Value_tasks_answer_as_tasks_do(Caller from)
    {
        var scene = await SetAsync(from);

        var answer = await scene.CallAsync(async grains =>
        {
            await grains.GetGrain<ICall>(scene.Key).Quiet();
            return await grains.GetGrain<ICall>(scene.Key).Quick(41);
        });

        Assert.Equal(42, answer);
    }

    [Theory, Callers]
    public async Task A_failure_comes_back_with_its_type_and_message(Caller from)
    {
        var scene = await SetAsync(from);
        Task Fail(string how) => scene.CallAsync(
            async grains => await grains.GetGrain<ICall>(scene.Key).Fail(how, $"because {how}"));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => Fail("refused"));
        var invalid = await Assert.ThrowsAsync<InvalidOperationException>(() => Fail("invalid"));
        var argument = await Assert.ThrowsAsync<ArgumentException>(() => Fail("argument"));
        var cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => Fail("cancelled"));
        var missing = await Assert.ThrowsAsync<KeyNotFoundException>(() => Fail("missing"));
        var later = await Assert.ThrowsAsync<RefusedException>(() => scene.CallAsync(
            async grains => await grains.GetGrain<ICall>(scene.Key).FailLater("because later")));

        Assert.Equal(
            [
                "because refused", "because invalid", "because argument", "because cancelled", "because missing",
                "because later",
            ],
            new Exception[] { refused, invalid, argument, cancelled, missing, later }
                .Select(failure => failure.Message));
    }

    [Theory, Callers]
    public async Task A_one_way_call_is_over_for_its_caller_before_it_has_run(Caller from)
    {
        var scene = await SetAsync(from);

        await scene.CallAsync(async grains =>
        {
            var grain = grains.GetGrain<ICall>(scene.Key);
            var hold = grain.Hold(scene.Key);
            await Board.Noted(scene.Key, "holds");
            await grain.Tell("one");
            await grain.TellQuickly("two");
            Assert.Equal(["holds"], Board.Notes(scene.Key));

            Board.Open(scene.Key);
            await hold;
        });

        await Board.Noted(scene.Key, "one");
        await Board.Noted(scene.Key, "two");
    }

    [Theory, Callers]
    public async Task The_failure_of_a_one_way_call_reaches_nobody(Caller from)
    {
        var scene = await SetAsync(from);

        var answer = await scene.CallAsync(async grains =>
        {
            await grains.GetGrain<ICall>(scene.Key).Tell("bad");
            return await grains.GetGrain<ICall>(scene.Key).Quick(1);
        });

        await Board.Noted(scene.Key, "bad");
        Assert.Equal(2, answer);
    }

    [Theory, Callers]
    public async Task A_caller_waits_no_longer_than_the_method_says_and_the_grain_goes_on(Caller from)
    {
        var scene = await SetAsync(from);

        await Assert.ThrowsAsync<TimeoutException>(
            () => scene.CallAsync(grains => grains.GetGrain<ICall>(scene.Key).Late(scene.Key)));
        Board.Open(scene.Key);

        await Board.Noted(scene.Key, "late ends");
        Assert.Equal(["late begins", "late ends"], Board.Notes(scene.Key));
        Assert.Equal(2, await scene.CallAsync(grains => grains.GetGrain<ICall>(scene.Key).Quick(1).AsTask()));
    }

    [Theory, Callers]
    public async Task A_grain_sees_that_its_caller_has_given_up(Caller from)
    {
        var scene = await SetAsync(from);
        using var giveUp = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.CallAsync(async grains =>
        {
            var call = grains.GetGrain<ICall>(scene.Key).WaitForCancellation(giveUp.Token);
            await Board.Noted(scene.Key, "waits");
            await giveUp.CancelAsync();
            await call;
        }));

        await Board.Noted(scene.Key, "cancelled");
    }

    [Theory, Callers]
    public async Task A_call_that_was_given_up_before_it_began_never_runs(Caller from)
    {
        var scene = await SetAsync(from);
        using var giveUp = new CancellationTokenSource();

        await scene.CallAsync(async grains =>
        {
            var grain = grains.GetGrain<ICall>(scene.Key);
            var hold = grain.Hold(scene.Key);
            await Board.Noted(scene.Key, "holds");

            // A token tells whoever came last first: when the witness has heard, so has the call behind it.
            var witness = grain.WaitForCancellation(giveUp.Token);
            await Board.Noted(scene.Key, "waits");
            var dropped = grain.Run("dropped", giveUp.Token);
            await grain.Silo(); // It interleaves: the call has arrived.
            await giveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dropped);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => witness);
            await Board.Noted(scene.Key, "cancelled");
            Board.Open(scene.Key);
            await hold;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => grain.Run("too late", giveUp.Token));
            await grain.Run("last", CancellationToken.None);
        });

        Assert.Equal(["holds", "waits", "cancelled", "last"], Board.Notes(scene.Key));
    }

    private Task<Scene> SetAsync(Caller from) =>
        Scene.SetAsync(cluster.Engine, from, (grains, key) => grains.GetGrain<ICall>(key).Silo());
}
