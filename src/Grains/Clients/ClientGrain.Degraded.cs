using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Plans;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Verdict = Sluice.Rules.Admission.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>
/// What edges need should this grain be out of reach, told before; and what they have spent then, told after. A busy
/// client pays nothing for it: terms are told once to each edge, and debts only by edges that have one.
/// </summary>
internal sealed partial class ClientGrain
{
    // Versions of one epoch; the next epoch's are all higher.
    private const int ChangesBits = 24;

    private readonly LiveEdges _edges = new();
    private readonly DegradedDebts _debts = new();
    private DegradedTerms? _terms;
    private int _termsEdges;
    private long _termsChanges;

    /// <summary>A key, a limit or the plan has changed: what edges know is not good any more.</summary>
    private void ForgetTerms() => _terms = null;

    private void TakeDebt(AdmitRequest request, Moment now)
    {
        if (request.Debt is not { } told)
        {
            return;
        }

        var debt = _debts.Take(
            request.RequestId.EdgeSession, ClientMapping.ToUse(told.Total), ClientMapping.ToUse(told.Taken));
        if (!debt.IsNothing)
        {
            DebtRules.Debit(_client, debt, _policy, now);
            _owing.Add(request.RequestId.EdgeSession);
        }

        if (debt.Requests > 0)
        {
            LogDebt(ClientId, request.RequestId.EdgeSession, debt.Requests);
        }
    }

    private DegradedReply? AnswerForOutages(AdmitRequest request, Verdict verdict, Moment now)
    {
        _edges.Seen(request.RequestId.EdgeSession, now.Elapsed);
        var terms = IsVerified(verdict) ? TermsFor(request.TermsVersion) : null;
        return terms is null && request.Debt is null
            ? null
            : new DegradedReply { Terms = terms, DebtTaken = request.Debt is not null };
    }

    /// <summary>The key was found right and the model allowed, whatever else was decided.</summary>
    private static bool IsVerified(Verdict verdict) => verdict is
        Verdict.Admitted or Verdict.Pending or Verdict.QuotaExhausted or Verdict.NoFreeSlot or Verdict.RateLimited
        or Verdict.TooLarge;

    /// <summary>Null when the edge knows them, or knows none and the plan is closed.</summary>
    private DegradedTerms? TermsFor(long known)
    {
        // What an edge admits by itself, no tenant could count; and it knows no prices, and of roles models only.
        // Nor could it know whether a call came before.
        var plan = _tenantPolicy is null && !_metering.CountsCost && _plan is not null
            && _definition is { Replay: ReplayMode.Off }
            && _policy.Calls?.IsByModelAlone is not false
            ? _plan.Degraded.ToRule()
            : DegradedPlan.Closed;
        if (!plan.IsOpen && known == 0)
        {
            return null;
        }

        if (_terms is null || _termsEdges != _edges.Count)
        {
            _termsEdges = _edges.Count;
            var share = DegradedShare.Of(_policy, plan, _termsEdges);
            _terms = new DegradedTerms
            {
                Version = (_epoch << ChangesBits) + ++_termsChanges,
                Open = plan.IsOpen,
                Grace = plan.Grace,
                VerifiedWithin = plan.VerifiedMax,
                Budgets = [.. share.Parts.Select(part => new DegradedAmount(part.Unit, part.Budget))],
                Slots = share.Slots,
                Stamp = Stamp,
                OfAddress = _policy.Addresses is not null,
            };
        }

        return known == _terms.Version ? null : _terms;
    }
}
