using Sluice.Rules.Revocations;
using Xunit;

namespace Sluice.Unit.Rules.Revocations;

/// <summary>Guards what an edge may believe of the feed, and a silo may answer.</summary>
public sealed class FeedTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void An_edge_that_begins_has_heard_of_nothing_and_may_remember_nothing()
    {
        Assert.Equal(new FeedQuestion(0, Begins: true), FeedView.Beginning.Question);
        Assert.False(FeedView.Beginning.IsHeardWithin(FeedView.OpenSilenceMax, TimeSpan.Zero));
    }

    [Fact]
    public void What_comes_first_is_everything_and_is_told_to_be_a_beginning()
    {
        var view = Heard(FeedView.Beginning, Page(0, 2, Key(1), Key(2)), out var change);

        Assert.True(change.Restarted);
        Assert.Equal([1, 2], change.Applied.Select(entry => entry.Sequence));
        Assert.Equal(new FeedQuestion(2, Begins: false), view.Question);
        Assert.Equal(Standing.KeyRevoked, view.Set.Judge("c", 2, 0));
        Assert.Equal(Standing.Good, view.Set.Judge("c", 3, 0));
        Assert.Equal(Standing.Good, view.Set.Judge("d", 2, 0));
    }

    [Fact]
    public void A_page_that_leaves_out_what_is_not_known_is_not_believed()
    {
        var view = Heard(FeedView.Beginning, Page(0, 1, Key(1)), out _);

        var same = Heard(view, Page(2, 3, Key(3)), out var change);

        Assert.Same(view, same);
        Assert.Empty(change.Applied);
    }

    /// <summary>Guards what is forgotten: a repeat of the first answer leaves it out.</summary>
    [Fact]
    public void An_answer_for_who_remembers_nothing_is_not_believed_by_who_does()
    {
        var view = Heard(FeedView.Beginning, Page(0, 1, Key(1)) with { Begins = true }, out var first);

        Assert.Same(view, Heard(view, Page(0, 3, Key(3)) with { Begins = true }, out var second));
        Assert.Equal((1, 0), (first.Applied.Length, second.Applied.Length));
    }

    [Fact]
    public void A_repeat_and_an_older_answer_change_nothing_but_may_be_fresher()
    {
        var view = Heard(FeedView.Beginning, Page(0, 2, Key(1), Key(2)), out _);

        var next = view.Apply(Page(0, 1, Key(1)), 5 * Second, 6 * Second, out var change);

        Assert.Empty(change.Applied);
        Assert.Equal((2, 5 * Second), (next.Through, next.HeardAt));
        Assert.Same(view.Set, next.Set);
    }

    [Theory]
    [InlineData(999, true, true)]
    [InlineData(1_000, false, true)]
    [InlineData(29_999, false, true)]
    [InlineData(30_000, false, false)]
    public void After_a_second_of_silence_no_chunk_is_spent_and_after_thirty_nobody_is_served_from_memory(
        int milliseconds, bool chunks, bool open)
    {
        var view = FeedView.Beginning.Apply(Page(0, 0), 10 * Second, 11 * Second, out _);
        var now = (10 * Second) + TimeSpan.FromMilliseconds(milliseconds);

        Assert.Equal(chunks, view.IsHeardWithin(FeedView.SilenceMax, now));
        Assert.Equal(open, view.IsHeardWithin(FeedView.OpenSilenceMax, now));
    }

    [Fact]
    public void A_page_that_is_not_all_is_applied_and_not_taken_for_heard()
    {
        var view = Heard(FeedView.Beginning, Page(0, 1, Key(1)) with { ReadAfter = null }, out _);

        Assert.Equal(Standing.KeyRevoked, view.Set.Judge("c", 1, 0));
        Assert.Null(view.HeardAt);
        Assert.Equal(new FeedQuestion(1, Begins: true), view.Question);
    }

    [Fact]
    public void An_entry_is_forgotten_when_its_time_is_over_and_nothing_is_left_to_look_up()
    {
        var view = Heard(FeedView.Beginning, Page(0, 1, Key(1)), out _);
        var over = Revocation.MemoryLives + Second;

        var before = view.Apply(Page(1, 2, Key(2)), Second, over - TimeSpan.FromTicks(1), out _);
        var after = view.Apply(Page(1, 1), over, over, out _);

        Assert.Equal((2, Standing.KeyRevoked), (before.Count, before.Set.Judge("c", 1, 0)));
        Assert.Same(RevocationSet.Empty, after.Set);
    }

    [Fact]
    public void A_suspension_ends_older_decisions_and_a_change_only_what_is_remembered()
    {
        var set = new RevocationSet(
        [
            new(1, RevocationKind.Client, "suspended", 5, Second),
            new(2, RevocationKind.ClientPolicy, "changed", 5, Second),
        ]);

        Assert.Equal(Standing.Outdated, set.Judge("suspended", 1, 4));
        Assert.Equal(Standing.Good, set.Judge("suspended", 1, 5));
        Assert.Equal(Standing.Good, set.Judge("suspended", 1, 0)); // Of an owner that does not say.
        Assert.Equal(Standing.Good, set.Judge("changed", 1, 4));
        Assert.False(set.MayRemember("suspended", 1, By(4)));
        Assert.False(set.MayRemember("changed", 1, By(4)));
        Assert.True(set.MayRemember("changed", 1, By(5)));
    }

    [Fact]
    public void A_change_of_a_tenant_or_a_plan_ends_what_is_remembered_of_all_their_clients()
    {
        var set = new RevocationSet(
        [
            new(1, RevocationKind.TenantPolicy, "acme", 3, Second),
            new(2, RevocationKind.PlanPolicy, "gold", 7, Second),
        ]);

        Assert.False(set.MayRemember("c", 1, new DecidedBy(1, "acme", 2, "free", 1)));
        Assert.True(set.MayRemember("c", 1, new DecidedBy(1, "acme", 3, "free", 1)));
        Assert.False(set.MayRemember("c", 1, new DecidedBy(1, "other", 0, "gold", 6)));
        Assert.True(set.MayRemember("c", 1, new DecidedBy(1, "other", 0, "gold", 7)));
    }

    [Fact]
    public void A_watermark_ends_tokens_issued_before_it_and_a_token_ends_by_its_id()
    {
        var set = new RevocationSet(
        [
            new(1, RevocationKind.Issuer, "us", 1_000, Second), new(2, RevocationKind.Token, "jti-7", 0, Second),
        ]);

        Assert.True(set.IsTokenRevoked("us", 999, "jti-1"));
        Assert.False(set.IsTokenRevoked("us", 1_000, "jti-1"));
        Assert.False(set.IsTokenRevoked("them", 999, "jti-1"));
        Assert.True(set.IsTokenRevoked("them", 2_000, "jti-7"));
    }

    [Fact]
    public void A_question_waits_until_there_is_something_new_or_the_database_was_asked_since()
    {
        var log = Read(FeedLog.Beginning, new FeedReading(0, 1, 0, [Key(1)], IsWhole: true), began: 5 * Second);

        Assert.True(log.CanAnswer(new FeedQuestion(0, true), arrived: 6 * Second));
        Assert.False(log.CanAnswer(new FeedQuestion(1, false), arrived: 6 * Second));
        Assert.False(log.CanAnswer(new FeedQuestion(1, false), arrived: 5 * Second));
        Assert.True(log.CanAnswer(new FeedQuestion(1, false), arrived: 4 * Second));
        Assert.Equal(
            -Second, log.Answer(new FeedQuestion(0, true), 6 * Second, 6 * Second, 10).ReadAfter);
    }

    [Fact]
    public void An_edge_that_missed_what_is_forgotten_begins_anew_and_one_that_begins_does_not_mind()
    {
        var log = Read(FeedLog.Beginning, new FeedReading(0, 5, 3, [Key(2), Key(5)], IsWhole: true), Second);

        Assert.True(log.Answer(new FeedQuestion(2, Begins: false), Second, Second, 10).Restarts);
        Assert.Equal([2, 5], log.Answer(
            new FeedQuestion(2, Begins: false), Second, Second, 10).Entries.Select(entry => entry.Sequence));
        Assert.False(log.Answer(new FeedQuestion(3, Begins: false), Second, Second, 10).Restarts);
        Assert.False(log.Answer(new FeedQuestion(0, Begins: true), Second, Second, 10).Restarts);
    }

    /// <summary>Guards against a database put back to an earlier day: its next numbers were seen before.</summary>
    [Fact]
    public void An_edge_that_knows_more_than_there_is_begins_anew()
    {
        var view = Heard(FeedView.Beginning, Page(0, 9, Key(9)), out _);
        var log = Read(FeedLog.Beginning, new FeedReading(0, 4, 0, [Key(4)], IsWhole: true), Second);

        var next = Heard(view, log.Answer(view.Question, Second, Second, 10), out var change);

        Assert.True(change.Restarted);
        Assert.Equal((4, Standing.Good), (next.Through, next.Set.Judge("c", 9, 0)));
        Assert.Equal(Standing.KeyRevoked, next.Set.Judge("c", 4, 0));
        Assert.Same(next, Heard(next, Page(9, 4, Key(4)) with { Restarts = true }, out _)); // A repeat of it.
    }

    [Fact]
    public void A_silo_whose_database_was_put_back_reads_from_the_beginning()
    {
        var log = Read(FeedLog.Beginning, new FeedReading(0, 9, 0, [Key(9)], IsWhole: true), Second);

        var next = Read(log, new FeedReading(9, 4, 0, [], IsWhole: true), 2 * Second);

        Assert.Equal(0, next.Through);
        Assert.False(next.CanAnswer(new FeedQuestion(0, true), Second));
    }

    [Fact]
    public void More_than_fits_comes_in_parts()
    {
        var log = Read(FeedLog.Beginning, new FeedReading(0, 3, 0, [Key(1), Key(2), Key(3)], IsWhole: true), Second);

        var first = log.Answer(new FeedQuestion(0, true), Second, Second, most: 2);
        var second = log.Answer(new FeedQuestion(2, true), Second, Second, most: 2);

        Assert.Equal((2, null), (first.Through, first.ReadAfter));
        Assert.Equal((3, TimeSpan.Zero), (second.Through, second.ReadAfter));
        Assert.Equal([3], second.Entries.Select(entry => entry.Sequence));
    }

    private static FeedPage Page(long asked, long through, params Revocation[] entries) =>
        new(asked, Begins: false, Restarts: false, through, TimeSpan.Zero, [.. entries]);

    private static Revocation Key(int version) =>
        new(version, RevocationKind.KeyVersion, "c", version, Revocation.MemoryLives);

    private static DecidedBy By(long change) => new(change, "acme", 1, "gold", 1);

    private static FeedView Heard(FeedView view, FeedPage page, out FeedChange change) =>
        view.Apply(page, Second, Second, out change);

    private static FeedLog Read(FeedLog log, FeedReading reading, TimeSpan began) => log.Add(reading, began, began);
}
