using Sluice.SimulatedPool.Text;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>What every part of a reply repeats.</summary>
/// <param name="Id">Unique in this pool; counted, not random.</param>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="Model">As the request named it.</param>
internal sealed record ReplyHead(string Id, long Created, string Model);

/// <summary>A reply as data, whole, before it is decided in which shape it is sent.</summary>
internal sealed record ReplyContent(ReplyHead Head, Answer Answer, Usage Usage);
