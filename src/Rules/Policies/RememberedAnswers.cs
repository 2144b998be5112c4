namespace Sluice.Rules.Policies;

/// <summary>
/// Answers that are good for a while, so that the same is not asked again and again. Its memory is bounded whatever is
/// asked: in two halves, of which the younger takes the place of the older when it is full.
/// </summary>
/// <remarks>Not for several threads at once.</remarks>
/// <typeparam name="TQuestion">What was asked; compared by its value.</typeparam>
/// <typeparam name="TAnswer">What was answered.</typeparam>
/// <param name="most">Most answers remembered; 0 remembers none.</param>
/// <param name="life">How long an answer is good; zero remembers none.</param>
public sealed class RememberedAnswers<TQuestion, TAnswer>(int most, TimeSpan life)
    where TQuestion : notnull
{
    private Dictionary<TQuestion, (TAnswer Answer, TimeSpan Asked)> _young = [];
    private Dictionary<TQuestion, (TAnswer Answer, TimeSpan Asked)> _old = [];

    /// <summary>How many are kept now, good or not; never more than the most.</summary>
    public int Count => _young.Count + _old.Count;

    private int HalfMost => (most + 1) / 2;

    /// <summary>The answer of a question; false when none is known that is still good.</summary>
    /// <param name="question">The question.</param>
    /// <param name="now">Monotonic time.</param>
    /// <param name="answer">The answer.</param>
    public bool TryFind(TQuestion question, TimeSpan now, out TAnswer answer)
    {
        if ((_young.TryGetValue(question, out var found) || _old.TryGetValue(question, out found))
            && now - found.Asked < life)
        {
            answer = found.Answer;
            return true;
        }

        answer = default!;
        return false;
    }

    /// <param name="question">The question.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="asked">
    /// Monotonic time before the question was asked: what was changed since may have come too late for the answer.
    /// </param>
    public void Remember(TQuestion question, TAnswer answer, TimeSpan asked)
    {
        if (most == 0 || life <= TimeSpan.Zero)
        {
            return;
        }

        _young[question] = (answer, asked);
        if (_young.Count >= HalfMost)
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
        }
    }
}
