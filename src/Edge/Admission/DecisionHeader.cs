using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;
using DecisionId = Sluice.Rules.Admission.DecisionId;

namespace Sluice.Edge.Admission;

/// <summary>
/// The id by which operators ask why a call was decided as it was. It stands on every answer to a call that was asked
/// about, also when nobody answered: then it says whose grain to look at.
/// </summary>
internal static class DecisionHeader
{
    public const string Name = "x-sluice-decision";

    /// <summary>Made without asking anyone: the id says which client decides, and on which call.</summary>
    public static void Write(IHeaderDictionary headers, ModelCall call) =>
        headers[Name] = new DecisionId(
            call.Caller.ClientId, new(call.RequestId.EdgeSession, call.RequestId.Sequence)).ToString();

    /// <summary>
    /// A model that the client may not see is refused like one that no pool serves, about which nobody decides: an id
    /// would tell that there is such a model.
    /// </summary>
    public static void Withhold(IHeaderDictionary headers, Verdict verdict)
    {
        if (verdict is Verdict.ModelUnknown)
        {
            headers.Remove(Name);
        }
    }

    /// <summary>
    /// The message of an error, with the id behind it: what people quote is the message, not a header, and a body of
    /// OpenAI's form has no other place for it.
    /// </summary>
    public static string Told(string message, IHeaderDictionary headers) =>
        headers.TryGetValue(Name, out var id) && id.Count == 1 ? $"{message} (Decision {id}.)" : message;
}
