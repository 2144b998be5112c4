namespace Sluice.Silo.Storage;

/// <summary>One SQL statement with its values.</summary>
/// <param name="Sql">
/// Names its values <c>$1</c>, <c>$2</c> …, which both databases understand. One of a fixed set of texts, never put
/// together from input: each is prepared once per connection and kept.
/// </param>
/// <param name="Values">
/// Texts, integers and times; arrays of them on PostgreSQL only. Times are stored in UTC.
/// </param>
internal readonly record struct Statement(string Sql, params object[] Values);
