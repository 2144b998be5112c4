using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>Edges that go on alone, each by its account, and an owner that hears of it now and then.</summary>
public sealed class DegradedDebtProperties
{
    private const int Edges = 3;
    private const int TokensMax = 12;

    /// <param name="Edge">Whose turn it is.</param>
    /// <param name="IsReached">True: it asks the owner. False: it cannot.</param>
    /// <param name="IsLost">The owner's answer is lost: it has taken the debt, and the edge does not know.</param>
    /// <param name="IsLate">What is told comes again later, after others.</param>
    /// <param name="IsRestarted">The owner is a new one, which knows nothing, before this.</param>
    /// <param name="Tokens">What a call costs.</param>
    /// <param name="Gap">Time since the event before.</param>
    private readonly record struct Event(
        int Edge, bool IsReached, bool IsLost, bool IsLate, bool IsRestarted, int Tokens, TimeSpan Gap);

    private static readonly Gen<Event[]> Histories =
        (from edge in Gen.Choose(0, Edges - 1)
         from reached in Draw.OneIn(3)
         from lost in Draw.OneIn(3)
         from late in Draw.OneIn(3)
         from restarted in Draw.OneIn(12)
         from tokens in Gen.Choose(0, TokensMax)
         from milliseconds in Draw.Mostly(0, 300, 20_000)
         select new Event(edge, reached, lost, late, restarted, tokens, TimeSpan.FromMilliseconds(milliseconds)))
        .ArrayOf(100);

    /// <summary>D1. Guards the promise of a plan: at most so much per edge and outage, however it flaps.</summary>
    [Fact]
    public void D1_in_every_grace_edges_admit_at_most_their_budgets() =>
        Law.Holds(Gen.Choose(0, 30), Histories, (budget, history) =>
        {
            var plan = DegradedPlan.Default;
            var accounts = Accounts(plan, budget);
            var admitted = new List<(int Edge, TimeSpan At, long Tokens)>();
            var now = TimeSpan.Zero;
            foreach (var happening in history)
            {
                now += happening.Gap;
                var account = accounts[happening.Edge];
                if (happening.IsReached)
                {
                    account.Answered(happening.IsLost ? null : account.Total, now);
                    continue;
                }

                account.Failed(now);
                if (account.Ask(new Costs(happening.Tokens, 0), 0, verified: now, now) is DegradedAnswer.Admitted)
                {
                    admitted.Add((happening.Edge, now, happening.Tokens));
                }
            }

            // Any grace touches two outages of an edge at most, and two of them begin a grace apart at least.
            foreach (var (_, from, _) in admitted)
            {
                var within = admitted.Where(call => call.At >= from && call.At < from + plan.Grace).ToList();
                Assert.True(within.Sum(call => call.Tokens) <= 2L * Edges * budget);
            }

            foreach (var mine in admitted.GroupBy(call => call.Edge))
            {
                var graces = (int)(now.Ticks / plan.Grace.Ticks) + 1;
                Assert.True(mine.Sum(call => call.Tokens) <= (long)graces * budget);
            }
        });

    /// <summary>Guards clients and limits alike: what was spent is debited once, whatever is lost or late.</summary>
    [Fact]
    public void What_edges_spend_is_debited_once_by_an_owner_that_lives_and_never_less_by_others() =>
        Law.Holds(Gen.Choose(0, 30), Histories, (budget, history) =>
        {
            var accounts = Accounts(DegradedPlan.Default, budget);
            var (owner, now, debited, doubted) = (new DegradedDebts(), TimeSpan.Zero, 0L, 0L);
            var late = new List<(int Edge, DegradedUse Total, DegradedUse Taken)>();
            foreach (var happening in history)
            {
                now += happening.Gap;
                if (happening.IsRestarted)
                {
                    // What an owner took and nobody heard of is taken again by the next one, at most once each.
                    (owner, late) = (new DegradedDebts(), []);
                    doubted += accounts.Sum(account => account.Total.Requests - account.Taken.Requests);
                }

                var account = accounts[happening.Edge];
                if (!happening.IsReached)
                {
                    account.Failed(now);
                    if (account.Ask(default, 0, now, now) is DegradedAnswer.Admitted)
                    {
                        account.Ended(new Costs(happening.Tokens, 0));
                    }

                    continue;
                }

                var told = (happening.Edge, account.Total, account.Taken);
                debited += Take(told);
                account.Answered(happening.IsLost ? null : told.Total, now);
                if (happening.IsLate)
                {
                    late.ForEach(again => Assert.Equal(0, Take(again)));
                    late.Add(told);
                }
            }

            for (var edge = 0; edge < Edges; edge++)
            {
                debited += Take((edge, accounts[edge].Total, accounts[edge].Taken));
            }

            var spent = accounts.Sum(account => account.Total.Requests);
            Assert.InRange(debited, spent, spent + doubted);

            long Take((int Edge, DegradedUse Total, DegradedUse Taken) told) =>
                owner.Take(told.Edge + 1, told.Total, told.Taken).Requests;
        });

    private static DegradedAccount[] Accounts(DegradedPlan plan, long budget) =>
    [
        .. Enumerable.Range(0, Edges).Select(_ =>
        {
            var account = new DegradedAccount(default);
            account.Under(plan, [(null, 1_000), (Units.InputTokens, budget)], slots: null);
            return account;
        }),
    ];
}
