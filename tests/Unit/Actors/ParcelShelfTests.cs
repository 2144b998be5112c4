using Sluice.Actors.Migration;
using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>What a silo has of grains that move, while it comes, stays, and goes on.</summary>
public sealed class ParcelShelfTests
{
    private const long Now = 1000;

    private static readonly GrainId Grain = GrainId.Create("note", "n1");

    private volatile bool _livesHere = true;

    private ParcelShelf Shelf => field ??= new ParcelShelf(_ => _livesHere);

    [Fact]
    public void What_came_for_a_grain_is_there_once_when_it_begins()
    {
        Assert.True(Shelf.TryKeep(Packed(1), Now));

        Assert.Equal(1, Shelf.Take(Grain)?.PackedAt);
        Assert.Null(Shelf.Take(Grain));
    }

    [Fact]
    public void What_comes_for_a_grain_of_another_silo_is_not_taken_and_changes_nothing()
    {
        Shelf.TryKeep(Packed(2), Now);
        _livesHere = false;

        Assert.False(Shelf.TryKeep(Packed(1), Now));

        Assert.Equal(2, Shelf.Take(Grain)?.PackedAt);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Of_two_the_one_that_was_packed_later_counts(long first, long second)
    {
        Shelf.TryKeep(Packed(first), Now);
        Shelf.PutBack(Packed(second), Now);
        Assert.Equal(2, Shelf.Take(Grain)?.PackedAt);

        Shelf.Leave(Packed(first));
        Shelf.Leave(Packed(second));
        Assert.Equal(2, Assert.Single(Shelf.ToSend()).Parcel.PackedAt);

        Shelf.TryKeep(Packed(3), Now);
        Assert.Equal(3, Shelf.Take(Grain)?.PackedAt);
        Assert.Empty(Shelf.ToSend());
    }

    [Fact]
    public void What_nobody_called_goes_on_with_its_grain_and_is_forgotten_after_its_time()
    {
        Shelf.TryKeep(Packed(1), Now);
        Assert.Equal(0, Shelf.MoveOn(Now));
        _livesHere = false;

        Assert.Equal(1, Shelf.MoveOn(Now));

        Assert.Equal(1, Assert.Single(Shelf.ToSend()).Parcel.PackedAt);
        Shelf.PutBack(Packed(2), Now);
        Assert.Equal(0, Shelf.MoveOn(Now + 1));
        Assert.Equal(1, Shelf.Take(Grain)?.PackedAt);
    }

    [Fact]
    public void What_is_asked_for_is_not_sent_until_all_have_their_answers()
    {
        Shelf.Leave(Packed(1));
        Shelf.Asked(Grain);
        Shelf.Asked(Grain);
        Shelf.Answered(Grain);
        Assert.Empty(Shelf.ToSend());

        Shelf.Answered(Grain);

        Assert.Single(Shelf.ToSend());
    }

    [Fact]
    public void A_later_one_is_still_to_be_sent_when_an_earlier_one_has_been()
    {
        Shelf.Leave(Packed(1));
        var sent = Assert.Single(Shelf.ToSend());
        Shelf.Leave(Packed(2));

        Shelf.Sent(sent);

        Assert.Equal(2, Assert.Single(Shelf.ToSend()).Parcel.PackedAt);
    }

    [Fact]
    public void What_somebody_took_does_not_come_back_when_its_grain_does()
    {
        Shelf.Leave(Packed(1));
        var leaving = Assert.Single(Shelf.ToSend());
        Assert.NotNull(Shelf.Take(Grain));

        Assert.True(Shelf.TryReturn(leaving, Now));

        Assert.Null(Shelf.Take(Grain));
    }

    [Fact]
    public void Only_the_parcel_that_is_meant_is_forgotten()
    {
        Shelf.TryKeep(Packed(2), Now);

        Shelf.Forget(Packed(2));

        Assert.NotNull(Shelf.Take(Grain));
    }

    /// <summary>Who asks must find the parcel, wherever on the shelf it is at that moment.</summary>
    [Fact]
    public async Task It_is_found_while_it_passes_from_the_kept_ones_to_the_leaving_ones_and_back()
    {
        const int Rounds = 200_000;
        using var stop = new CancellationTokenSource();
        Shelf.PutBack(Packed(1), Now);
        var passing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                _livesHere = !_livesHere;
                Shelf.MoveOn(Now);
                Shelf.ToSend().ForEach(one => Shelf.TryReturn(one, Now));
            }
        }, TestContext.Current.CancellationToken);

        var lost = 0;
        for (var round = 0; round < Rounds && lost == 0; round++)
        {
            if (Shelf.Take(Grain) is { } taken)
            {
                Shelf.PutBack(taken, Now);
            }
            else
            {
                lost++;
            }
        }

        await stop.CancelAsync();
        await passing;
        Assert.Equal(0, lost);
    }

    private static Parcel Packed(long at) => new() { Grain = Grain, Items = [], PackedAt = at };
}
