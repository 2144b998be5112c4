using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class EdgeChunkTests
{
    private const int Key = 3;
    private static readonly ChunkId Id = new(7, 1);
    private static readonly Costs Ten = new(6, 4);

    private readonly EdgeChunk _chunk = new(
        Id,
        [new ChunkPart(null, 3), new ChunkPart(Units.TotalTokens, 25)],
        Key,
        policyVersion: 5,
        asked: Seconds(10),
        lifetime: Seconds(1));

    [Fact]
    public void A_call_takes_of_every_part_or_of_none()
    {
        Assert.True(_chunk.TrySpend(Ten, Key, Seconds(10)));
        Assert.True(_chunk.TrySpend(Ten, Key, Seconds(10)));
        Assert.False(_chunk.TrySpend(Ten, Key, Seconds(10)));

        Assert.Equal((1, 5), (_chunk.Left(0, Seconds(10)), _chunk.Left(1, Seconds(10))));
        Assert.True(_chunk.TrySpend(new Costs(5, 0), Key, Seconds(10)));
        Assert.False(_chunk.TrySpend(default, Key, Seconds(10)));
    }

    [Fact]
    public void Its_time_counts_from_before_it_was_asked_for()
    {
        Assert.True(_chunk.TrySpend(default, Key, Seconds(10.9999999)));
        Assert.False(_chunk.TrySpend(default, Key, Seconds(11)));
        Assert.Equal(0, _chunk.Left(0, Seconds(11)));
    }

    [Fact]
    public void What_is_told_before_its_time_is_over_is_surely_taken_back_whether_it_was_returned_or_not()
    {
        _chunk.Return();

        Assert.True(_chunk.IsSurelyOut(Seconds(10.9999999)));
        Assert.False(_chunk.IsSurelyOut(Seconds(11)));
    }

    /// <summary>Guards against a key that was rotated or revoked while a chunk is open.</summary>
    [Fact]
    public void Another_key_version_asks_the_owner() => Assert.False(_chunk.TrySpend(Ten, Key + 1, Seconds(10)));

    [Fact]
    public void What_a_call_did_not_use_can_be_spent_again_and_what_it_used_beyond_is_told()
    {
        Assert.True(_chunk.TrySpend(Ten, Key, Seconds(10)));
        Assert.True(_chunk.Settle(Ten, new Costs(1, 0)));
        Assert.Equal(24, _chunk.Left(1, Seconds(10)));

        Assert.True(_chunk.Settle(default, new Costs(40, 0)));
        Assert.Equal(0, _chunk.Left(1, Seconds(10)));
        Assert.Equal([1, 41], _chunk.Return()!.Value.Spent);
    }

    [Fact]
    public void A_call_that_never_happened_leaves_what_it_took_to_others_until_the_chunk_is_returned()
    {
        _chunk.TrySpend(Ten, Key, Seconds(10));
        _chunk.TrySpend(Ten, Key, Seconds(10));

        Assert.True(_chunk.Undo(Ten));
        Assert.Equal((2, 15), (_chunk.Left(0, Seconds(10)), _chunk.Left(1, Seconds(10))));

        Assert.Equal([1, 10], _chunk.Return()!.Value.Spent);
        Assert.False(_chunk.Undo(Ten));
        Assert.Null(_chunk.Return());
    }

    [Fact]
    public void It_is_returned_once_and_settles_nothing_after_that()
    {
        _chunk.TrySpend(Ten, Key, Seconds(10));

        Assert.Equal([1, 10], _chunk.Return()!.Value.Spent);
        Assert.Null(_chunk.Return());
        Assert.False(_chunk.TrySpend(default, Key, Seconds(10)));
        Assert.False(_chunk.Settle(Ten, default));
    }

    [Fact]
    public void The_next_one_is_asked_for_when_half_of_a_part_or_of_the_time_is_gone()
    {
        Assert.False(_chunk.IsLow(Seconds(10.4999999), Seconds(10)));
        Assert.True(_chunk.IsLow(Seconds(10.5), Seconds(10)));

        _chunk.TrySpend(new Costs(12, 0), Key, Seconds(10));
        Assert.False(_chunk.IsLow(Seconds(10), Seconds(10)));
        _chunk.TrySpend(new Costs(1, 0), Key, Seconds(10));
        Assert.True(_chunk.IsLow(Seconds(10), Seconds(10)));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
