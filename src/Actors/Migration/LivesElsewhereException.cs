namespace Sluice.Actors.Migration;

/// <summary>
/// The view changed while a call was on its way: the grain does not begin here, and its callers are sent on.
/// </summary>
internal sealed class LivesElsewhereException : Exception;
