'use strict';

// The page works without this. It asks before it disconnects, says news aloud, and shows times as they are here.

document.querySelectorAll('form[data-confirm]').forEach((form) => {
  form.addEventListener('submit', (event) => {
    if (!window.confirm(form.dataset.confirm)) {
      event.preventDefault();
    }
  });
});

document.querySelectorAll('time[datetime]').forEach((time) => {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) {
    time.title = time.textContent;
    time.textContent = at.toLocaleString();
  }
});

// A live region is only heard when it changes after the page is there.
const news = document.getElementById('news');
if (news && news.textContent) {
  const text = news.textContent;
  news.textContent = '';
  window.setTimeout(() => {
    news.textContent = text;
  }, 100);
}
