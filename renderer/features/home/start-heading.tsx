import { useEffect, useRef } from 'react';
import { useArrival } from '../../shell/arrival.ts';

/** The one large heading of the application, for the first start. */
export function StartHeading({ title, text }: { readonly title: string; readonly text: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useArrival(heading);
  useEffect(() => {
    document.title = 'Home – Lathe';
  }, []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p role="status">{text}</p>
    </>
  );
}
