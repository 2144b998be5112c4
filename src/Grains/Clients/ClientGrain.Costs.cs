using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Plans;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Estimates;
using Sluice.Rules.Limits;
using RuleId = Sluice.Rules.Limits.RequestId;
using RuleVerdict = Sluice.Rules.Admission.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>
/// What calls are expected to cost, what they cost in the end, and what is learned of it. Lengths of answers are not
/// stored: after a start they are learned anew, and until then whole caps are reserved.
/// </summary>
internal sealed partial class ClientGrain
{
    // Calls whose slots expired are still remembered; beyond this many more than there are slots they are looked for.
    private const int ModelsSlack = 256;

    private readonly AnswerLengths _answers = new(OutputRule.Default);

    // Of running calls whose answers will be learned from; empty where no limit counts output.
    private readonly Dictionary<RuleId, string> _models = [];

    private Metering _metering = Metering.RequestsOnly;
    private bool _reserveFullCap;
    private PriceList? _prices;

    private Costs CostsOf(AdmitRequest request)
    {
        var costs = ReferenceEquals(_metering, Metering.RequestsOnly)
            ? default
            : _metering.CostsOf(
                new CallSize(request.InputUpper, request.OutputCap, request.Images, request.Pages),
                _answers, request.Model, _reserveFullCap, _prices);
        return _policy.HasScopes || _tenantPolicy is { HasScopes: true }
            ? costs with { Call = request.ToFacts() }
            : costs;
    }

    private void Complete(in Completion completion, Moment now)
    {
        var requestId = completion.RequestId.ToRule();
        var isTaken = _client.Slots.Taken.TryGetValue(requestId, out var slot);
        var ending = completion.ToRule(slot.Reserved);
        var before = isTaken ? CountsBefore(slot.Admitted, now) : null;
        var counts = AdmissionRules.Complete(_client, requestId, ending, _policy, now);
        NoteGivenBack(before);
        if (isTaken)
        {
            NoteEnded(completion, requestId, slot, now);
        }

        if (_models.Remove(requestId, out var model) && counts
            && completion is { Certainty: UsageCertainty.Reported, IsStopped: false })
        {
            _answers.Learn(model, completion.OutputTokens);
        }
    }

    /// <summary>An end names its request and not the model, so that is kept for as long as the call runs.</summary>
    private void RememberModel(in AdmissionRequest asked, RuleVerdict verdict)
    {
        if (verdict is not RuleVerdict.Admitted || !_metering.CountsOutput)
        {
            return;
        }

        _models[asked.RequestId] = asked.Model;
        if (_models.Count > _client.Slots.InUse + ModelsSlack)
        {
            foreach (var requestId in _models.Keys)
            {
                if (!_client.Slots.Taken.ContainsKey(requestId))
                {
                    _models.Remove(requestId); // Which a dictionary allows while it is walked.
                }
            }
        }
    }
}
